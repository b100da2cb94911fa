#pragma once

#include "gradient/spec/spec.h"

#include <optional>
#include <string_view>

/// The URLs of a Model's source. A problem is a text for behind the field's name; empty: there is
/// none.
namespace gradient::model_url {

/// What follows "SCHEME://".
std::string_view after_scheme(std::string_view url);

/// Nothing for a scheme that no source has.
std::optional<ModelSource::Scheme> scheme(std::string_view url);

/// Whether the files come out of a repository.
bool is_git(std::string_view url);

std::string_view problem(std::string_view url);
std::string_view endpoint_problem(std::string_view url);

}  // namespace gradient::model_url
