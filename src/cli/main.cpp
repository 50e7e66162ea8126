// The program `mote`: one file a subcommand in this folder.
int main() { return 2; }
