// Every classical model, from rows of numbers to a graph: the graph in float32, int16 and int8 against the library's
// own answers, on rows that it learnt from and on others. Trees must agree on all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "ops/execute.h"
#include "tabular/fit.h"
#include "tabular/write.h"

namespace mote {
namespace {

/// Three clouds around points of a ring, in features of one scale; `label` -1: rows anywhere.
FeatureTable clouds(std::size_t rows, std::uint32_t seed, const Quantization& quant, int low, int high, bool anywhere) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<int>(random() % n); };
  FeatureTable table;
  table.features = 4;
  table.classes = 3;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto label = static_cast<int>(below(3));
    table.labels.push_back(label);
    for (int f = 0; f < table.features; ++f) {
      const double centre = 0.5 * std::cos(2.1 * label + 1.3 * f);
      const double spread = (below(1000) + below(1000) + below(1000)) / 1500.0 - 1;
      const double value = anywhere ? below(2001) / 1000.0 - 1 : centre + 0.5 * spread;
      const double q = std::round(value / static_cast<double>(quant.scale[0])) + quant.zero_point[0];
      const double step = std::clamp(q, static_cast<double>(low), static_cast<double>(high));
      table.values.push_back(static_cast<float>(step - quant.zero_point[0]) * quant.scale[0]);
    }
  }
  return table;
}

struct Form {
  const char* name;
  DType type;
  Quantization quant;  ///< of the grid on which all rows lie
  int low, high;
};
const std::vector<Form>& forms() {
  static const std::vector<Form> all = {{"f32", DType::f32, {{1.0F / 30000}, {0}, 0}, -32768, 32767},
                                        {"i16", DType::i16, {{1.0F / 30000}, {0}, 0}, -32768, 32767},
                                        {"i8", DType::i8, {{0.008F}, {5}, 0}, -128, 127}};
  return all;
}

FeatureTable learnt(const Form& form) { return clouds(300, 7, form.quant, form.low, form.high, false); }
FeatureTable others(const Form& form) { return clouds(500, 8, form.quant, form.low, form.high, true); }

Result<Graph> graph_of(const Form& form, const TabularModel& model, float score_scale) {
  Graph graph;
  graph.name = "model";
  Tensor x{"x", form.type, {1, 4}, {}, nullptr};
  if (form.type != DType::f32) x.quant = form.quant;
  graph.inputs = {graph.add(std::move(x))};
  MOTE_TRY_VOID(append_model(graph, graph.inputs[0], model, score_scale));
  return graph;
}

/// The outputs of one row as reals.
std::vector<double> run(const Form& form, const Graph& graph, Executor& executor, const float* row) {
  Bytes in;
  for (int i = 0; i < 4; ++i) {
    const auto q = static_cast<int>(std::lround(row[i] / form.quant.scale[0])) + form.quant.zero_point[0];
    const auto wide = static_cast<std::int16_t>(q);
    const auto narrow = static_cast<std::int8_t>(q);
    const void* from = form.type == DType::f32   ? static_cast<const void*>(row + i)
                       : form.type == DType::i16 ? static_cast<const void*>(&wide)
                                                 : static_cast<const void*>(&narrow);
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    in.insert(in.end(), bytes, bytes + dtype_bytes(form.type, 1));
  }
  const Bytes out = executor.run({in})[0];
  const Tensor& y = graph.tensor(graph.outputs[0]);
  std::vector<double> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(y.elements()); ++i)
    values.push_back(y.type == DType::f32 ? static_cast<double>(reinterpret_cast<const float*>(out.data())[i])
                                          : reinterpret_cast<const std::int16_t*>(out.data())[i] *
                                                static_cast<double>(y.quant.scale[0]));
  return values;
}

double agreement(const Form& form, const Fitted& fitted, const FeatureTable& rows) {
  const auto graph = graph_of(form, fitted.model, 0);
  EXPECT_TRUE(graph.ok()) << form.name << ": " << graph.error().to_string();
  if (!graph.ok()) return 0;
  Executor executor(*graph);
  const std::vector<double> library = fitted.library(rows);
  std::size_t same = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto votes = run(form, *graph, executor, rows.values.data() + 4 * i);
    same += std::max_element(votes.begin(), votes.end()) - votes.begin() == static_cast<int>(library[i]) ? 1 : 0;
  }
  return static_cast<double>(same) / static_cast<double>(rows.rows());
}

double accuracy(const Fitted& fitted, const FeatureTable& rows) {
  const std::vector<double> given = fitted.library(rows);
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) right += static_cast<int>(given[i]) == rows.labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(rows.rows());
}

TEST(Tabular, ClassifiersDecideAsTheLibrary) {
  for (const char* type : {"tree", "forest", "boosted", "knn", "logistic"}) {
    for (const Form& form : forms()) {
      if (std::string(type) == "logistic" && form.type != DType::f32) continue;  // the passes quantise it
      TabularSpec spec;
      spec.type = type;
      spec.trees = 12;
      const FeatureTable table = learnt(form);
      const auto fitted = fit_tabular(spec, table, 3, true);
      ASSERT_TRUE(fitted.ok()) << type << ": " << fitted.error().to_string();
      EXPECT_GT(accuracy(*fitted, table), 0.85) << type;
      const bool votes = std::string(type) == "tree" || std::string(type) == "forest";
      for (const FeatureTable& rows : {table, others(form)}) {
        const double same = agreement(form, *fitted, rows);
        // Sums of boosted trees are rounded, the library's distances are: equals may fall the other way.
        EXPECT_GE(same, votes ? 1.0 : 0.99) << type << " " << form.name;
      }
    }
  }
}

TEST(Tabular, ScoresAreTheLibrarys) {
  for (const char* type : {"kmeans", "gmm"})
    for (const char* covariance : {"diagonal", "full"})
      for (const Form& form : forms()) {
        TabularSpec spec;
        spec.type = type;
        spec.clusters = 3;
        spec.covariance = covariance;
        const FeatureTable table = learnt(form);
        const auto fitted = fit_tabular(spec, table, 3, false);
        ASSERT_TRUE(fitted.ok()) << type << ": " << fitted.error().to_string();
        const float step = 0.005F;
        const auto graph = graph_of(form, fitted->model, step);
        ASSERT_TRUE(graph.ok()) << type << ": " << graph.error().to_string();
        Executor executor(*graph);
        const FeatureTable rows = others(form);
        const std::vector<double> library = fitted->library(rows);
        const bool mixture = std::string(type) == "gmm";
        for (std::size_t i = 0; i < rows.rows(); ++i) {
          const double score = run(form, *graph, executor, rows.values.data() + 4 * i)[0];
          const bool real = form.type == DType::f32;
          // The centres of k-means are rounded to the features' grid.
          const double grid = real ? 0 : 2 * static_cast<double>(form.quant.scale[0]);
          const double bound = mixture ? (real ? 1e-3 : 0.02) + 0.003 * std::fabs(library[i]) : 1e-4 + grid;
          ASSERT_NEAR(score, library[i], bound + (real ? 0 : static_cast<double>(step))) << type << " " << form.name;
        }
      }
}

TEST(Tabular, SameSeedSameModel) {
  const Form& form = forms()[1];
  TabularSpec spec;
  spec.type = "forest";
  spec.trees = 5;
  const auto nodes = [&](std::uint64_t seed) {
    const auto fitted = fit_tabular(spec, learnt(form), seed, true);
    return std::get<TreesModel>(fitted->model).thresholds;
  };
  EXPECT_EQ(nodes(1), nodes(1));
  EXPECT_NE(nodes(1), nodes(2));
}

TEST(Tabular, RefusesWhatCannotBeLearnt) {
  const auto refused = [](const TabularSpec& spec, const FeatureTable& table) {
    const auto fitted = fit_tabular(spec, table, 1, true);
    EXPECT_FALSE(fitted.ok());
    return fitted.ok() ? std::string() : fitted.error().to_string();
  };
  FeatureTable table = learnt(forms()[0]);
  TabularSpec spec;
  spec.type = "kmeans";
  spec.clusters = 301;
  EXPECT_NE(refused(spec, table).find("301 clusters of 300 examples"), std::string::npos);
  spec.type = "forest";
  spec.features = 5;
  EXPECT_NE(refused(spec, table).find("5 of 4 features"), std::string::npos);
  spec.features = 0;
  std::fill(table.labels.begin(), table.labels.end(), 1);
  EXPECT_NE(refused(spec, table).find("two classes"), std::string::npos);
  table.labels.resize(1);
  table.values.resize(4);
  EXPECT_NE(refused(spec, table).find("fewer than two examples"), std::string::npos);
}

}  // namespace
}  // namespace mote
