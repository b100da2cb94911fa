#include "json/scalar.h"

#include <catch2/catch.hpp>

namespace {

struct Case {
  std::string text, value;  // the value as JSON
};

}  // namespace

TEST_CASE("a plain scalar is what kubectl makes of it") {
  // Each row was compared with what sigs.k8s.io/yaml, which kubectl reads with, answers.
  const auto test = GENERATE(values<Case>({
      {"", "null"},
      {"~", "null"},
      {"null", "null"},
      {"Null", "null"},
      {"nULL", R"("nULL")"},
      {"y", "true"},
      {"Yes", "true"},
      {"ON", "true"},
      {"True", "true"},
      {"n", "false"},
      {"NO", "false"},
      {"off", "false"},
      {"FALSE", "false"},
      {"yEs", R"("yEs")"},
      {"0", "0"},
      {"-0", "0"},
      {"00", "0"},
      {"0123", "83"},
      {"-0123", "-83"},
      {"0129", "129"},
      {"08", "8"},
      {"0777_7", "4095"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"+0x1F", "31"},
      {"-0x1F", "-31"},
      {"0x_1F", "31"},
      {"0b101", "5"},
      {"-0b101", "-5"},
      {"+12", "12"},
      {"1_000", "1000"},
      {"1_", "1"},
      {"_1", R"("_1")"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"12e03", "12000"},
      {"1.0", "1"},
      {"1.", "1"},
      {"-0.0", "0"},
      {".5e3", "500"},
      {"0.5", "0.5"},
      {"-.5", "-0.5"},
      {"+1.5", "1.5"},
      {"1_000.5", "1000.5"},
      {"123456.789e3", "123456789"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"1e-400", "0"},
      {"1e400", R"("1e400")"},
      {"1e", R"("1e")"},
      {"e3", R"("e3")"},
      {"0x", R"("0x")"},
      {"0b2", R"("0b2")"},
      {"0x1p4", R"("0x1p4")"},
      {"++1", R"("++1")"},
      {"--x", R"("--x")"},
      {"-", R"("-")"},
      {".", R"(".")"},
      {"1.2.3", R"("1.2.3")"},
      {"1,000", R"("1,000")"},
      {"50%", R"("50%")"},
      {"12:30", R"("12:30")"},
      {"2001-01-01", R"("2001-01-01")"},
      {"NaN", R"("NaN")"},
      {"Infinity", R"("Infinity")"},
      {"=", R"("=")"},
      {"text", R"("text")"},
  }));
  DYNAMIC_SECTION('"' << test.text << '"') {
    const auto value = json::plain_scalar(test.text);
    REQUIRE(value);
    CHECK(json::text(*value) == test.value);
  }
}

TEST_CASE("numbers that JSON does not have are no value") {
  for (const char* text : {".inf", "-.Inf", "+.INF", ".nan", ".NaN"})
    CHECK_FALSE(json::plain_scalar(text));
}

TEST_CASE("a scalar whose value is not its text surprises, without being repeated") {
  const auto warning = [](const std::string& text) {
    return std::string(json::surprise(text, *json::plain_scalar(text)));
  };
  CHECK(warning("yes") == "is read as the boolean true; put it in quotes if the word is meant");
  CHECK(warning("Off") == "is read as the boolean false; put it in quotes if the word is meant");
  CHECK(warning("0123") == "is read as an octal number; put it in quotes if the text is meant");
  for (const char* text : {"1e3", "0x10", "1_000", "1.0", "+1", "0129", "1.50"}) {
    INFO(text);
    CHECK(warning(text) ==
          "is read as a number that is written in another way; put it in quotes if the text is "
          "meant");
  }
  for (const char* text : {"true", "False", "12", "-7", "0.5", "0.1", "null", "~", "text", "08x"}) {
    INFO(text);
    CHECK(warning(text).empty());
  }
}
