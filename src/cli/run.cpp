#include "cli/run.h"

#include "base/stop_on_signal.h"
#include "cli/exit_code.h"
#include "cli/logging.h"
#include "cli/settings_file.h"
#include "gradient/spec/names.h"
#include "kube/control/lease.h"
#include "kube/serve/health.h"
#include "reconcile/operator.h"
#include "version.h"

#include <spdlog/spdlog.h>

#include <array>
#include <csignal>
#include <functional>
#include <iostream>
#include <link.h>
#include <optional>
#include <random>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace cli {
namespace {

/// Unmaps the symbols and relocations of all libraries, which the dynamic linker has read: a sixth
/// of what would stay resident. They are clean pages of files, back at once if somebody looks there
/// again.
void release_linker_tables() {
  const auto release = [](dl_phdr_info* object, std::size_t /*size*/, void* /*unused*/) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& segment = object->dlpi_phdr[i];
      const bool holds_tables =
          segment.p_type == PT_LOAD && segment.p_offset == 0 && segment.p_flags == PF_R;
      if (!holds_tables) continue;
      auto* const begin = reinterpret_cast<void*>(  // NOLINT(performance-no-int-to-ptr)
          object->dlpi_addr + segment.p_vaddr);
      madvise(begin, segment.p_filesz, MADV_DONTNEED);
    }
    return 0;
  };
  dl_iterate_phdr(release, nullptr);
}

/// Unique per process: two pods may share a host name, and a restarted one must not take itself for
/// its predecessor.
std::string identity() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::random_device random;
  return fmt::format("{}_{:08x}{:08x}", host.data(), random(), random());
}

void lead(kube::Client& client, const kube::Clock& clock, const kube::Key& lease,
          reconcile::Operator& op, const std::stop_token& stop) {
  const kube::LeaseOptions options{
      .key = lease, .identity = identity(), .is_ready = [&op] { return op.ready(); }};
  kube::lead_with_lease(
      client, clock, options, [&](const std::stop_token& leading) { op.reconcile(leading); },
      [] {
        constexpr std::string_view message = "the lease is lost: exiting at once\n";
        if (write(STDERR_FILENO, message.data(), message.size()) < 0) _exit(Failure);
        _exit(Failure);  // another one may be writing by now
      },
      stop);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? "" : value;
}

/// The operator's own pod, as the chart tells it. Its name is empty elsewhere.
json::Json own_pod() {
  return json::object({{"apiVersion", "v1"},
                       {"kind", "Pod"},
                       {"metadata", json::object({{"name", variable("POD_NAME")},
                                                  {"namespace", variable("POD_NAMESPACE")},
                                                  {"uid", variable("POD_UID")}})}});
}

/// Tells of a configuration that was changed while the operator runs: log, metric, and event.
class TellsOfConfiguration {
 public:
  TellsOfConfiguration(kube::Client& client, const kube::Clock& clock)
      : events_(client, clock, std::string(gradient::names::managed_by)) {}

  void operator()(const std::string& problems) {
    kube::set_config_is_right(problems.empty());
    if (problems.empty()) {
      spdlog::info("the configuration was read");
      record(kube::EventType::Normal, "ConfigurationRead", "the configuration is right");
    } else {
      spdlog::error("the configuration is wrong, the one before stays in force problems={}",
                    problems);
      record(kube::EventType::Warning, "ConfigurationInvalid", stays_in_force(problems));
    }
  }

 private:
  void record(kube::EventType type, const std::string& reason, const std::string& message) {
    if (kube::key_of(pod_).name.empty()) return;
    events_.record(pod_, type, reason, message);
    events_.write_recorded();
  }

  kube::EventRecorder events_;
  json::Json pod_ = own_pod();
};

/// Empty after a stop, or the settings that have taken the place of `settings`.
std::optional<gradient::Settings> operate(const RunOptions& options,
                                          const gradient::Settings& settings, SettingsFile& file,
                                          const std::stop_token& stop) {
  const auto config = kube::load_config(options.kubeconfig, options.context);
  const auto transport = kube::make_transport(config);
  kube::Client client(*transport);
  const kube::SteadyClock clock;
  reconcile::Operator op(
      client, clock, settings,
      {.namespaces = options.namespaces, .own_namespace = config.ns, .workers = options.workers});
  std::optional<kube::HealthServer> health;
  if (!options.metrics_address.empty()) {
    health.emplace(
        options.metrics_address, [&op] { return op.ready(); },
        [&op](const kube::WriteText& write) { op.write_metrics(write); });
  }
  spdlog::info("starting version=\"{}\" server={}", full_version, config.server);
  TellsOfConfiguration tell(client, clock);
  std::stop_source life;
  const std::stop_callback on_stop(stop, [&life] { life.request_stop(); });
  std::optional<gradient::Settings> next;
  {
    const std::jthread watching([&](const std::stop_token& until) { op.watch(until); });
    const std::jthread looking([&](const std::stop_token& until) {
      next = file.await_change(clock, std::ref(tell), until);
      if (next) life.request_stop();
    });
    if (options.leader_elect) {
      lead(client, clock, {config.ns, options.lease_name}, op, life.get_token());
    } else {
      op.reconcile(life.get_token());
    }
  }
  return next;
}

}  // namespace

int run(const RunOptions& options) {
  release_linker_tables();
  set_up_logging(options.log_format, options.log_level);
  const base::StopOnSignal signal;
  std::signal(SIGPIPE, SIG_IGN);
  SettingsFile file(options.config);
  auto settings = file.load([](const std::string& problems) {
    kube::set_config_is_right(problems.empty());
    std::cerr << problems;
  });
  if (!settings) return ProblemsInInput;
  try {
    while (settings)
      settings = operate(options, *settings, file, signal.token());
  } catch (const std::exception& error) {
    spdlog::error("cannot run error=\"{}\"", error.what());
    return Failure;
  }
  spdlog::info("stopped");
  return Fine;
}

}  // namespace cli
