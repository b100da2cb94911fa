#pragma once

#include "kube/guarded.h"
#include "kube/object.h"

#include <compare>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// A reference to an object (core/v1 ObjectReference without version).
struct Ref {
  std::string kind;  ///< "Dataset", "Secret", ...
  kube::Key key;
  auto operator<=>(const Ref&) const = default;
};

/// The index of references in both directions: what each of our objects refers to, as of its last
/// reconcile, and who depends on an object. What is referred to need not exist. Safe to share
/// between threads.
class Dependents {
 public:
  /// Also refers to `target`. Called before the target is looked at, so that no change in between
  /// goes unnoticed. Whether that is new.
  bool add(const Ref& dependent, const Ref& target);
  /// Replaces what `dependent` refers to; an empty set forgets it. What is new of it.
  std::vector<Ref> set(const Ref& dependent, std::set<Ref> refers_to);
  /// Who refers to `target`.
  std::vector<Ref> of(const Ref& target) const;
  bool any(const Ref& target) const;

 private:
  struct Data {
    std::map<Ref, std::set<Ref>> refers_to;
    std::map<Ref, std::set<Ref>> referred_by;
  };
  kube::Guarded<Data> data_;
};

}  // namespace reconcile
