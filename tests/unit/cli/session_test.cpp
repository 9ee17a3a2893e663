// SPDX-License-Identifier: GPL-2.0-or-later
// What do scripts see of `multipathd COMMAND` and `multipathd -k`?
#include "daemon/cli/session.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "tests/unit/cli/fake_daemon.h"

namespace {

using mp::cli::join_arguments;
using mp::cli::run_client;
using mp::test::FakeDaemon;
using testing::ElementsAre;

std::string joined(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    return join_arguments(static_cast<int>(argv.size()), argv.data());
}

struct Outcome {
    std::optional<int> code;
    std::string output;
};

Outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "multipathd");
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    testing::internal::CaptureStdout();
    Outcome outcome;
    outcome.code = run_client(static_cast<int>(words.size()), argv.data());
    outcome.output = testing::internal::GetCapturedStdout();
    return outcome;
}

/// Standard input holds `text` while this lives.
class Input {
public:
    explicit Input(const std::string& text) : saved_(::dup(STDIN_FILENO)) {
        std::FILE* file = std::tmpfile();
        std::fwrite(text.data(), 1, text.size(), file);
        std::fflush(file);
        ::lseek(::fileno(file), 0, SEEK_SET);
        ::dup2(::fileno(file), STDIN_FILENO);
        std::fclose(file);
        std::clearerr(stdin);
    }
    ~Input() {
        while (std::getchar() != EOF) {
        }
        ::dup2(saved_, STDIN_FILENO);
        ::close(saved_);
        std::clearerr(stdin);
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

private:
    int saved_;
};

TEST(JoinArguments, WordsWithBlanksAreQuoted) {
    EXPECT_EQ(joined({"show", "maps", "format", "%n %w"}), "show maps format \"%n %w\"");
    EXPECT_EQ(joined({"show", "paths", "raw", "format", "a='%d' b"}),
              "show paths raw format \"a='%d' b\"");
    EXPECT_EQ(joined({"show", "paths", "format", "%d#%t"}), "show paths format \"%d#%t\"");
    EXPECT_EQ(joined({"del", "map", "a \"b\""}), "del map \"a \"\"b\"\"\"");
    EXPECT_EQ(joined({"add", "path", ""}), "add path \"\"");
}

TEST(JoinArguments, LoneQuotesPassThrough) {
    EXPECT_EQ(joined({"show", "maps", "raw", "format", "\"", "%w,%d", "\""}),
              "show maps raw format \" %w,%d \"");
    EXPECT_EQ(joined({"show", "maps", "format", "\"%n %w\""}), "show maps format \"%n %w\"");
}

TEST(JoinArguments, OneArgumentIsTheWholeCommand) {
    EXPECT_EQ(joined({"show maps"}), "show maps");
}

TEST(RunClient, StartingTheDaemonIsNotAClient) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {}, {"-d", "-s"}, {"-ds"}, {"-v", "3"}, {"-v3", "-B"}, {"--once", "-ll"}}) {
        EXPECT_FALSE(run(words).code.has_value());
    }
}

TEST(RunClient, WordsAreACommand) {
    FakeDaemon daemon([](const std::string&) { return "ok\n"; });
    EXPECT_EQ(run({"reconfigure"}).output, "ok\n");
    EXPECT_EQ(run({"-v", "2", "show", "maps"}).code, 0);
    EXPECT_EQ(run({"-kresize map N"}).code, 0);
    EXPECT_EQ(run({"-kshow", "ignored"}).code, 0);
    EXPECT_EQ(run({"-dk show paths"}).code, 0);
    EXPECT_THAT(daemon.requests(),
                ElementsAre("reconfigure", "show maps", "resize map N", "show", " show paths"));
}

TEST(RunClient, FailureIsPrintedWithoutItsFirstLineAndExitsWithOne) {
    std::string reply;
    FakeDaemon daemon([&](const std::string&) { return reply; });
    struct Case {
        const char* reply;
        const char* output;
        int code;
    };
    for (const Case& c :
         std::vector<Case>{{"ok\n", "ok\n", 0},
                           {"fail\n", "fail\n", 1},
                           {"fail\ntimeout\n", "timeout\n", 1},
                           {"timeout\n", "timeout\n", 1},
                           {"fail\nmap or partition in use\n", "map or partition in use\n", 1},
                           {"failback\n", "failback\n", 0},
                           {"blacklisted\n", "blacklisted\n", 0}}) {
        reply = c.reply;
        Outcome outcome = run({"x"});
        EXPECT_EQ(outcome.output, c.output);
        EXPECT_EQ(outcome.code, c.code) << c.reply;
    }
}

TEST(RunClient, WithoutADaemonThereIsNothingOnStandardOutput) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"show", "status"}, {"-k"}, {"-kshow status"}}) {
        Outcome outcome = run(words);
        EXPECT_EQ(outcome.output, "");
        EXPECT_EQ(outcome.code, 1);
    }
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

TEST(RunClient, BrokenConnectionIsSaidOnStandardOutput) {
    FakeDaemon daemon([](const std::string&) { return ""; });
    daemon.send_raw("x");
    Outcome outcome = run({"show", "status"});
    EXPECT_EQ(outcome.output, "error receiving packet\n");
    EXPECT_EQ(outcome.code, 1);
}

TEST(Interactive, PromptEchoReplyAndPromptAtTheEnd) {
    FakeDaemon daemon([](const std::string& request) {
        return request == "list maps" ? std::string("name sysfs uuid\na dm-0 3\n")
                                      : std::string("ok\n");
    });
    Input input("list maps\n\nresize map a\n");
    Outcome outcome = run({"-k"});
    EXPECT_EQ(outcome.output,
              "multipathd> list maps\nname sysfs uuid\na dm-0 3\n"
              "multipathd> \nmultipathd> resize map a\nok\nmultipathd> ");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(daemon.requests(), ElementsAre("list maps", "resize map a"));
}

TEST(Interactive, QuitAndExitEndTheDialogueWithoutAskingTheDaemon) {
    FakeDaemon daemon([](const std::string&) { return "ok\n"; });
    {
        Input input("quit\nshow maps\n");
        EXPECT_EQ(run({"-k"}).output, "multipathd> quit\n");
    }
    {
        Input input("exit");
        EXPECT_EQ(run({"-k"}).output, "multipathd> exit\n");
    }
    EXPECT_THAT(daemon.requests(), ElementsAre());
}

TEST(Interactive, FailuresDoNotEndTheDialogue) {
    FakeDaemon daemon([](const std::string&) { return "fail\ndevice not found\n"; });
    Input input("del map a");
    Outcome outcome = run({"-k"});
    EXPECT_EQ(outcome.output, "multipathd> del map a\ndevice not found\nmultipathd> ");
    EXPECT_EQ(outcome.code, 0);
}

}  // namespace
