// The program `mote`: one file a subcommand in this folder, docs/command_line.md for people.
#include <unistd.h>

#include <cstdlib>
#include <exception>

#include "base/version.h"
#include "cli/session.h"

int main(int argc, char** argv) {
  mote::cli::Session session;
  CLI::App app("Neural networks for microcontrollers: small, fast, proven.", "mote");
  app.set_version_flag("--version", std::string(mote::version()));
  app.add_flag("-q,--quiet", session.quiet, "Print nothing but errors");
  app.add_flag("-v,--verbose", session.verbose, "Print what is being done");
  app.require_subcommand(1);
  app.fallthrough();
  mote::cli::add_compile(app, session);
  mote::cli::add_run(app, session);
  mote::cli::add_verify(app, session);
  mote::cli::add_profile(app, session);
  mote::cli::add_train(app, session);
  mote::cli::add_compress(app, session);
  mote::cli::add_evaluate(app, session);
  mote::cli::add_search(app, session);
  mote::cli::add_inspect(app, session);

  mote::cli::add_boards(app, session);
  mote::cli::add_ops(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    session.fail(mote::bad_input(std::string(error.what()) + "; see `mote --help`"));
  } catch (const std::exception& error) {
    session.fail(mote::internal_error(error.what()));
  }
  return session.status;
}
