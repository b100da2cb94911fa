#include "reconcile/dependents.h"

#include <catch2/catch.hpp>

using reconcile::Dependents;
using reconcile::Ref;

namespace {

const Ref demo{"GradientDeployment", {"ns", "demo"}};
const Ref other{"GradientDeployment", {"ns", "other"}};
const Ref dataset{"Dataset", {"ns", "data"}};
const Ref secret{"Secret", {"ns", "gradient-secrets"}};

}  // namespace

TEST_CASE("everybody who refers to an object is found, whether or not it exists") {
  Dependents dependents;
  dependents.set(demo, {dataset, secret});
  dependents.set(other, {dataset});
  CHECK(dependents.of(dataset) == std::vector{demo, other});
  CHECK(dependents.of(secret) == std::vector{demo});
}

TEST_CASE("a later set of references replaces the earlier one") {
  Dependents dependents;
  CHECK(dependents.set(demo, {dataset}) == std::vector{dataset});
  CHECK(dependents.set(demo, {dataset}).empty());
  CHECK(dependents.set(demo, {secret}) == std::vector{secret});
  CHECK(dependents.of(dataset).empty());
  CHECK_FALSE(dependents.any(dataset));
  CHECK(dependents.of(secret) == std::vector{demo});
}

TEST_CASE("a reference that is added counts at once, beside the others") {
  Dependents dependents;
  dependents.set(demo, {dataset});
  dependents.add(demo, secret);
  CHECK(dependents.set(demo, {dataset, secret}).empty());
  CHECK(dependents.any(dataset));
  CHECK(dependents.of(secret) == std::vector{demo});
  dependents.set(demo, {});
  CHECK_FALSE(dependents.any(secret));
}

TEST_CASE("an object that refers to nothing any more is forgotten") {
  Dependents dependents;
  dependents.set(demo, {dataset});
  dependents.set(demo, {});
  CHECK_FALSE(dependents.any(dataset));
}

TEST_CASE("objects of one name in two namespaces are two objects") {
  Dependents dependents;
  dependents.set(demo, {dataset});
  CHECK_FALSE(dependents.any({"Dataset", {"elsewhere", "data"}}));
}
