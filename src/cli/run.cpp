#include "cli/run.h"

#include "cli/exit_code.h"
#include "cli/load_settings.h"
#include "cli/logging.h"
#include "kube/health.h"
#include "kube/lease.h"
#include "reconcile/operator.h"

#include <spdlog/spdlog.h>

#include <array>
#include <csignal>
#include <link.h>
#include <malloc.h>
#include <optional>
#include <random>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace cli {
namespace {

constexpr const char* lease_name = "gradient-operator";

/// Turns SIGTERM and SIGINT into a stop. To be made before any other thread, which inherit the
/// mask.
class StopOnSignal {
 public:
  StopOnSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::thread([signals = signals_, source = source_]() mutable {
      int received = 0;
      sigwait(&signals, &received);
      spdlog::info("stopping signal={}", received);
      source.request_stop();
    }).detach();  // it owns all that it touches, and ends with the process
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
};

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

void lead(kube::Client& client, const kube::Clock& clock, const std::string& ns,
          reconcile::Operator& op, const std::stop_token& stop) {
  const kube::LeaseOptions options{.key = {ns, lease_name}, .identity = identity()};
  kube::lead_with_lease(
      client, clock, options, [&](const std::stop_token& leading) { op.reconcile(leading); },
      [] {
        constexpr std::string_view message = "the lease is lost: exiting at once\n";
        if (write(STDERR_FILENO, message.data(), message.size()) < 0) _exit(Failure);
        _exit(Failure);  // another one may be writing by now
      },
      stop);
}

void operate(const RunOptions& options, const gradient::Settings& settings,
             const std::stop_token& stop) {
  const auto config = kube::load_config(options.kubeconfig, options.context);
  const auto transport = kube::make_transport(config);
  kube::Client client(*transport);
  const kube::SteadyClock clock;
  reconcile::Operator op(client, clock, settings,
                         {.namespaces = options.namespaces, .workers = options.workers});
  std::optional<kube::HealthServer> health;
  if (!options.metrics_address.empty()) {
    health.emplace(options.metrics_address, [&op] { return op.ready(); });
  }
  spdlog::info("starting version={} server={}", PROJECT_VERSION, config.server);
  const std::jthread watching([&] { op.watch(stop); });
  if (options.leader_elect) {
    lead(client, clock, config.ns, op, stop);
  } else {
    op.reconcile(stop);
  }
}

}  // namespace

int run(const RunOptions& options) {
  release_linker_tables();
  // Arenas for every thread would cost more memory than they save time.
  mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  set_up_logging(options.log_format, options.log_level);
  const StopOnSignal signal;
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  try {
    operate(options, *settings, signal.token());
  } catch (const std::exception& error) {
    spdlog::error("cannot run error=\"{}\"", error.what());
    return Failure;
  }
  spdlog::info("stopped");
  spdlog::shutdown();
  _exit(Fine);  // cpprestsdk's own threads do not survive the destruction of its statics
}

}  // namespace cli
