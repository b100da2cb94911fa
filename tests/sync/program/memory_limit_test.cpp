#include "sync/program/memory_limit.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

using content::memory_kills;
using content::memory_limit;

TEST_CASE("the limit of memory is that of the control group, of either version") {
  const Folder root;
  SECTION("version 2, in a container") {
    root.write("proc/self/cgroup", "0::/\n");
    root.write("sys/fs/cgroup/memory.max", "1073741824\n");
    CHECK(memory_limit(root / "") == 1073741824);
  }
  SECTION("version 2, outside of one") {
    root.write("proc/self/cgroup", "0::/system.slice/a\n");
    root.write("sys/fs/cgroup/system.slice/a/memory.max", "2048\n");
    CHECK(memory_limit(root / "") == 2048);
  }
  SECTION("version 1, in a container, which may see its name outside") {
    root.write("proc/self/cgroup", "5:cpu,cpuacct:/kubepods/pod1/c\n4:memory:/kubepods/pod1/c\n");
    root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
    CHECK(memory_limit(root / "") == 4096);
  }
  SECTION("none") {
    root.write("proc/self/cgroup", "4:memory:/\n0::/\n");
    root.write("sys/fs/cgroup/memory.max", "max\n");
    root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK_FALSE(memory_limit(root / ""));
  }
  SECTION("a machine without control groups") {
    CHECK_FALSE(memory_limit(root / ""));
  }
}

TEST_CASE("the kernel counts the processes that it has killed at the limit") {
  const Folder root;
  CHECK(memory_kills(root / "") == 0);
  SECTION("version 2") {
    root.write("proc/self/cgroup", "0::/\n");
    root.write("sys/fs/cgroup/memory.events.local",
               "low 0\nhigh 0\nmax 7\noom 5\noom_kill 3\noom_group_kill 1\n");
  }
  SECTION("version 1") {
    root.write("proc/self/cgroup", "4:memory:/a\n");
    root.write("sys/fs/cgroup/memory/a/memory.oom_control",
               "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  }
  CHECK(memory_kills(root / "") == 3);
}
