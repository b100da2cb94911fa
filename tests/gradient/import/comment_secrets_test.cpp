#include "gradient/import/comment_secrets.h"

#include <catch2/catch.hpp>

using gradient::CommentSecrets;

namespace {

CommentSecrets secrets() {
  CommentSecrets secrets;
  secrets.add("env[0].value", "hunter2");
  secrets.add("env[1].value", "ab");
  secrets.begin_block("port");
  return secrets;
}

}  // namespace

TEST_CASE("a comment that may show a secret is told") {
  const std::string comment =
      GENERATE(as<std::string>{}, "# password: hunter3", "#API_TOKEN=x1",
               "# {\"name\": \"DB_PASSWORD\", \"value\": \"x\"}", "# - {name: HUB_TOKEN, value: x}",
               "# it was hunter2 once", "# 'ab' it is", "# see https://a:b@h.example/",
               "# hf_0123456789abcdefghij", "# accessKeyId: AKIA", "# https://h.example/?token=x",
               "# -----BEGIN KEY-----");
  INFO(comment);
  CHECK(secrets().may_show_one(comment));
}

TEST_CASE("a comment that shows none stays") {
  const std::string comment =
      GENERATE(as<std::string>{}, "# about the app", "# replicas: 3", "# password: SECRET:DB",
               "# HUB_TOKEN: <your token>", "# grabbed: ab-out 8080", "#", "##", "# name: TOKEN",
               "# see https://h.example/page?x=1", "# port: 80, host: h.example");
  INFO(comment);
  CHECK_FALSE(secrets().may_show_one(comment));
}

TEST_CASE("lines of one comment are read together, and those at a secret are none to show") {
  auto all = secrets();
  CHECK_FALSE(all.may_show_one("# - name: DB_PASSWORD"));
  CHECK(all.may_show_one("#   value: x"));
  all.begin_block("port");
  CHECK(all.may_show_one("#   value: x"));
  CHECK_FALSE(all.may_show_one("#   value: 0.15"));
  CHECK_FALSE(all.may_show_one("# - name: LOG_LEVEL"));
  CHECK_FALSE(all.may_show_one("#   value: debug"));
  for (const char* path : {"env[0].value", "env[0].name"}) {
    all.begin_block(path);
    CHECK(all.may_show_one("# anything"));
    CHECK_FALSE(all.may_show_one("# - name: LOG_LEVEL"));
  }
  all.begin_block("env[0]");
  CHECK_FALSE(all.may_show_one("# for the hub"));
  all.begin_block("port");
  CHECK(all.may_show_one("# -----BEGIN PRIVATE KEY-----"));
  CHECK(all.may_show_one("# MIIEvQ"));
  CHECK(all.may_show_one("# -----END PRIVATE KEY-----"));
  CHECK_FALSE(all.may_show_one("# behind it"));
}
