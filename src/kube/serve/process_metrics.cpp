#include "kube/serve/process_metrics.h"

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace kube {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(const char* name, const char* help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  metric.counter.value = value;
  return {.name = name, .help = help, .type = type, .metric = {metric}};
}

/// The fields of /proc/self/stat from the third on: those behind the process's name, which may
/// itself hold blanks (proc(5)).
std::vector<double> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(text.substr(std::min(text.rfind(')') + 3, text.size())));
  std::vector<double> fields{0};  // the state is a letter
  for (double field = 0; rest >> field;)
    fields.push_back(field);
  fields.resize(50);
  return fields;
}

}  // namespace

std::vector<MetricFamily> process_metrics() {
  constexpr std::size_t third = 3, utime = 14, stime = 15, num_threads = 20, vsize = 23, rss = 24;
  const auto fields = stat_fields();
  const auto field = [&](std::size_t number) { return fields[number - third]; };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {
      family("process_cpu_seconds_total", "User and system CPU time", MetricType::Counter,
             (field(utime) + field(stime)) / ticks),
      family("process_resident_memory_bytes", "Resident memory", MetricType::Gauge,
             field(rss) * page),
      family("process_virtual_memory_bytes", "Virtual memory", MetricType::Gauge, field(vsize)),
      family("process_threads", "Threads", MetricType::Gauge, field(num_threads)),
  };
}

}  // namespace kube
