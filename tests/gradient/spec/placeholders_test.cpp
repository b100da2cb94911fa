#include "gradient/spec/placeholders.h"

#include "gradient/spec/read_model.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

using gradient::values::has_placeholder;

TEST_CASE("what a documentation leaves to be filled in is a placeholder") {
  for (const char* text :
       {"<model id>", "< model id >", "/opt/<model id>", "../opt/< model id >/x", "<your-token>",
        "<Machine Type> <-- We suggest the A4000", "<TOKEN>", "<ModelId>", "change-me", "CHANGE_ME",
        "changeme", "replace-me", "YOUR_API_KEY", "https://github.com/your-org/x.git",
        "your-registry/app:1", "sk-<insert key here>", "token=YOUR_TOKEN"}) {
    INFO(text);
    CHECK(has_placeholder(text));
  }
  for (const char* text :
       {"", "plain", "cat < in > out", "a <b", "<h1>Hello world</h1>", "<s>", "<eos>",
        "<|im_start|>", "Me <me@h.example>", "a<br/>", "find-your-way", "yours", "exchange-mean",
        "change-metal", "1 < 2", "your", "https://change-me.invalid/x/"}) {
    INFO(text);
    CHECK_FALSE(has_placeholder(text));
  }
}

TEST_CASE("placeholders of an object are told by their places, and not repeated") {
  const auto value =
      json::parse_yaml("{env: [{name: A, value: '<a token>'}], 'a b': YOUR_X, port: 80}")
          .documents.at(0)
          .value;
  CHECK(json::text(gradient::placeholders(value, "spec")) ==
        "spec[\"a b\"]: has a placeholder; write what belongs there; spec.env[0].value: has a "
        "placeholder; write what belongs there");
}

TEST_CASE("the URL that import writes for files that only Gradient had is known") {
  const auto url = gradient::values::unknown_url("a model/1");
  CHECK(url == "https://change-me.invalid/a-model-1/");
  CHECK(gradient::values::is_unknown_url(url));
  CHECK_FALSE(gradient::values::is_unknown_url("https://change-me.example/x"));
  const auto read = gradient::read_model(
      json::parse_yaml("{apiVersion: gradient-operator.dev/v1alpha1, kind: Model, metadata: {name: "
                       "m}, spec: {source: {url: '" +
                       url + "'}}}")
          .documents.at(0)
          .value);
  CHECK(json::text(gradient::doubtful_fields(std::get<gradient::ModelSpec>(read))) ==
        "spec.source.url: is still the placeholder that import wrote; copy the files to a place of "
        "yours and write its URL");
}
