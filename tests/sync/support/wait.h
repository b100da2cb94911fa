#pragma once

#include <filesystem>
#include <functional>
#include <string>

/// Waits until the condition holds, asking every few milliseconds; false after a minute without it.
bool becomes(const std::function<bool()>& condition);

/// Whether a file is there with this content.
bool reads(const std::filesystem::path& file, const std::string& text);
