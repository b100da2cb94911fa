#pragma once

#include <string_view>

namespace gradient {

/// Whether `member` is one of those of which an object may have only one: a handler of a probe or a
/// hook, the source of a volume, a variable's value and valueFrom, a budget's two numbers. `field`
/// is that of the object, or of the list that it is in. The API server refuses two of them ("may
/// not specify more than 1 handler type"; ValidatePodTemplateSpec in k8s.io/kubernetes/pkg/apis/
/// core/validation), also where two managers have applied one each.
bool is_exclusive(std::string_view field, std::string_view member);

}  // namespace gradient
