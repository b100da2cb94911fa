#include "kube/cache/store.h"

#include <catch2/catch.hpp>

#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace {

using json::Json;
using kube::Key;
using kube::Store;
using Change = kube::Store::Change;

Json object(const std::string& name, const std::string& version, const std::string& owner = "",
            const std::string& ns = "ns") {
  return json::object({{"apiVersion", "v1"},
                       {"kind", "Pod"},
                       {"metadata", json::object({{"name", name},
                                                  {"namespace", ns},
                                                  {"resourceVersion", version},
                                                  {"labels", json::object({{"owner", owner}})}})}});
}

std::string version(const Store& store, const std::string& name) {
  const auto found = store.find({"ns", name});
  return found ? kube::resource_version_of(*found) : "none";
}

std::vector<std::string> by_owner(const Json& pod) {
  return {kube::label_of(pod, "owner")};
}

std::vector<std::string> names(const std::vector<Json>& objects) {
  std::vector<std::string> found;
  for (const auto& each : objects)
    found.push_back(kube::key_of(each).name);
  return found;
}

}  // namespace

TEST_CASE("the late answer to a write does not bring back what a list lacks since") {
  Store store;
  const auto listed = GENERATE(as<std::string>(), "ns", "");
  store.finish_replace({}, listed, "105");
  CHECK(store.put(object("late", "100")) == Change::Stale);
  CHECK(version(store, "late") == "none");
  CHECK(store.put(object("new", "106")) == Change::Stored);
  CHECK(store.put(object("other", "100", "", "another")) ==
        (listed.empty() ? Change::Stale : Change::Stored));
  store.invalidate(listed);  // the server has gone back in time
  CHECK(store.put(object("late", "100")) == Change::Stored);
}

TEST_CASE("an object that was put or found a moment ago is not read again") {
  Store store;
  const json::Shared put = object("a", "1");
  store.put(put);
  const auto found = store.find({"ns", "a"});
  CHECK(&*found == &*put);
  for (int i = 0; i < 20; ++i)
    store.put(object("other-" + std::to_string(i), "2"));
  const auto later = store.find({"ns", "a"});
  CHECK(&*later != &*put);
  CHECK(json::equal(*later, *put));
  CHECK(&*store.find({"ns", "a"}) == &*later);
  store.put(object("a", "3"));
  CHECK(version(store, "a") == "3");
}

TEST_CASE("an object comes back as it was put") {
  Store store;
  const auto pod = object("a", "1");
  CHECK(store.put(pod) == Change::Stored);
  CHECK(json::text(*store.find({"ns", "a"})) == json::text(pod));
  CHECK_FALSE(store.find({"ns", "b"}));
  CHECK_FALSE(store.find({"other", "a"}));
}

TEST_CASE("summaries are read page by page, each as its object is now") {
  const auto owner = [](const Json& pod) { return kube::label_of(pod, "owner"); };
  Store store({}, {}, owner);
  for (const auto* name : {"b", "a", "c"})
    store.put(object(name, "1", "one"));
  store.put(object("b", "2", "two"));
  using Page = std::vector<std::pair<Key, std::string>>;
  CHECK(store.summaries({}, 2) == Page{{{"ns", "a"}, "one"}, {{"ns", "b"}, "two"}});
  store.erase(object("b", "3"));
  CHECK(store.summaries(Key{"ns", "b"}, 2) == Page{{{"ns", "c"}, "one"}});
  CHECK(store.summaries(Key{"ns", "c"}, 2).empty());
}

TEST_CASE("what kubectl last applied is not kept") {
  Store store;
  auto pod = object("a", "1");
  pod["metadata"]["annotations"] =
      json::object({{"kubectl.kubernetes.io/last-applied-configuration", "{}"}, {"note", "kept"}});
  store.put(pod);
  CHECK(json::text(*store.find({"ns", "a"})) ==
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"note":"kept"},)"
        R"("labels":{"owner":""},"name":"a","namespace":"ns","resourceVersion":"1"}})");
}

TEST_CASE("an older version never replaces a newer one") {
  Store store;
  store.put(object("a", "10"));
  CHECK(store.put(object("a", "9")) == Change::Stale);
  CHECK(store.put(object("a", "10")) == Change::Stale);
  CHECK(version(store, "a") == "10");
  CHECK(store.put(object("a", "11")) == Change::Stored);
  CHECK(version(store, "a") == "11");
}

TEST_CASE("the event of our own write is no news") {
  Store store;
  store.put(object("a", "5"));                           // event
  CHECK(store.put(object("a", "7")) == Change::Stored);  // answer to our write
  CHECK(store.knows({"ns", "a"}, "7"));
  CHECK(store.put(object("a", "6")) == Change::Stale);  // somebody's, before ours
  CHECK(store.put(object("a", "7")) == Change::Stale);  // ours
  CHECK_FALSE(store.knows({"ns", "a"}, "8"));
}

TEST_CASE("a late event does not bring back what is deleted") {
  Store store;
  store.put(object("a", "5"));
  CHECK(store.erase(object("a", "5")) == Change::Stored);
  CHECK_FALSE(store.find({"ns", "a"}));
  CHECK(store.put(object("a", "4")) == Change::Stale);
  CHECK(store.put(object("a", "5")) == Change::Stale);

  SECTION("the event of our own deletion is no news") {
    CHECK(store.erase(object("a", "6")) == Change::Stale);
    CHECK(store.put(object("a", "6")) == Change::Stale);
  }
  SECTION("an object that waits for a finalizer is seen again") {
    CHECK(store.put(object("a", "6")) == Change::Stored);
  }
}

TEST_CASE("the deletion of a former object leaves its successor") {
  Store store;
  store.put(object("a", "9"));  // made again by ourselves
  CHECK(store.erase(object("a", "8")) == Change::Stale);
  CHECK(version(store, "a") == "9");
}

TEST_CASE("deletions are not remembered without bound") {
  Store store;
  for (int i = 0; i < 300; ++i)
    store.erase(object("pod-" + std::to_string(i), "5"));
  CHECK(store.put(object("pod-299", "5")) == Change::Stale);
  CHECK(store.put(object("pod-0", "5")) == Change::Stored);
}

TEST_CASE("what a list no longer has is gone, except what is newer than the list") {
  Store store;
  for (const auto* name : {"kept", "gone"})
    store.put(object(name, "5"));
  store.put(object("written-since", "12"));
  store.put(object("listed", "5", "", "other"));

  const auto gone = store.finish_replace({{"ns", "kept"}}, "ns", "10");

  CHECK(names(gone) == std::vector<std::string>{"gone"});
  CHECK(store.keys() ==
        std::vector<Key>{{"ns", "kept"}, {"ns", "written-since"}, {"other", "listed"}});
  CHECK(names(store.finish_replace({}, "", "20")).size() == 3);
  CHECK(store.size() == 0);
}

TEST_CASE("after a server lost its latest versions, lower ones are newer") {
  Store store;
  store.put(object("a", "100"));
  store.put(object("b", "100"));
  store.invalidate("ns");
  CHECK(store.put(object("a", "50")) == Change::Stored);
  CHECK(names(store.finish_replace({{"ns", "a"}}, "ns", "60")) == std::vector<std::string>{"b"});
}

TEST_CASE("objects are found by the terms of the index") {
  Store store(by_owner);
  store.put(object("a", "1", "x"));
  store.put(object("b", "2", "x"));
  store.put(object("c", "3", "y"));
  CHECK(names(store.indexed("x")) == std::vector<std::string>{"a", "b"});
  CHECK(store.indexed_keys("x") == std::vector<Key>{{"ns", "a"}, {"ns", "b"}});

  store.put(object("a", "4", "y"));
  CHECK(names(store.indexed("x")) == std::vector<std::string>{"b"});
  CHECK(names(store.indexed("y")) == std::vector<std::string>{"c", "a"});

  store.erase(object("c", "5"));
  store.finish_replace({{"ns", "b"}}, "", "9");
  CHECK(store.indexed("y").empty());
  CHECK(names(store.indexed("x")) == std::vector<std::string>{"b"});
}

TEST_CASE("terms that an object gains or loses are told, and no others") {
  std::vector<std::vector<std::string>> told;
  Store store(by_owner, [&](const std::vector<std::string>& terms) { told.push_back(terms); });
  using Told = decltype(told);
  store.put(object("a", "1", "x"));
  CHECK(std::exchange(told, {}) == Told{{"x"}});
  store.put(object("a", "2", "x"));
  store.put(object("a", "1", "z"));  // an older one
  CHECK(told.empty());
  store.put(object("a", "3", "y"));
  CHECK(std::exchange(told, {}) == Told{{"x", "y"}});
  store.erase(object("a", "4"));
  CHECK(std::exchange(told, {}) == Told{{"y"}});
  store.put(object("b", "5", "x"));
  store.put(object("c", "6", "y"));
  told.clear();
  store.finish_replace({}, "", "9");
  CHECK(told == Told{{"x", "y"}});
}

TEST_CASE("objects of one kind are kept in a fraction of their size") {
  Store store;
  const std::string filler(400, 'x');
  std::size_t plain = 0;
  for (int i = 0; i < 50; ++i) {
    auto pod = object("pod-" + std::to_string(i), std::to_string(1000 + i));
    for (int field = 0; field < 40; ++field)
      pod["spec"]["field" + std::to_string(field)] = Json(std::to_string(field * 7919));
    plain += json::text(pod).size();
    store.put(pod);
    CHECK(json::text(*store.find(kube::key_of(pod))) == json::text(pod));
  }
  CHECK(store.bytes() * 8 < plain);
}

TEST_CASE("texts of any size and content survive compression") {
  kube::Compressor compressor;
  std::string noise;
  for (unsigned i = 0, x = 1; i < 100'000; ++i)
    noise += static_cast<char>((x = x * 1664525U + 1013904223U) >> 24U);
  const std::vector<std::string> texts{"", "{}", noise.substr(0, 5000), std::string(1 << 20, 'a'),
                                       noise};
  std::vector<kube::Compressed> compressed;
  for (const auto& text : texts)
    compressed.push_back(compressor.compress(text));
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK(compressor.decompress(compressed[i]) == texts[i]);
}

TEST_CASE("a store may be used by several threads") {
  Store store(by_owner);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 1; i <= 200; ++i) {
          const auto name = "pod-" + std::to_string(i % 10);
          store.put(object(name, std::to_string(i), "x"));
          store.find({"ns", name});
          store.indexed("x");
        }
      });
    }
  }
  CHECK(store.size() == 10);
  CHECK(version(store, "pod-0") == "200");
}

TEST_CASE("an event of a write of ours waits for its answer, but not for ever, and no other does") {
  Store store;
  std::optional<Store::Write> write(std::in_place, store, Key{"ns", "a"});
  store.await_writes({"ns", "b"}, std::chrono::hours(1));
  store.await_writes({"ns", "a"}, std::chrono::milliseconds(1));
  auto event = std::async(std::launch::async, [&] {
    store.await_writes({"ns", "a"}, std::chrono::hours(1));
    return version(store, "a");
  });
  store.put(object("a", "2"));
  write.reset();
  CHECK(event.get() == "2");
}
