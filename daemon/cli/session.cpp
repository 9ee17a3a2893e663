// SPDX-License-Identifier: GPL-2.0-or-later
// How do commands get from a shell to the daemon and back? One in the arguments: joined by blanks,
// a reply on standard output, exit code 1 when it begins with "fail". Nothing is on standard output
// when nobody listens; scripts take any output for a running daemon.
//
// A dialogue prints a prompt, and when input is not a terminal also the line it read, so that what
// comes out looks the same to a program that parses it however it was built. The prompt is printed
// once more at the end of input.
#include "daemon/cli/session.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <variant>

#include "daemon/api/complete.h"
#include "daemon/api/grammar.h"
#include "daemon/base/strings.h"
#include "daemon/cli/client.h"
#include "daemon/cli/line_editor.h"
#include "daemon/cli/monitor.h"

namespace mp::cli {
namespace {

constexpr std::string_view kPrompt = "multipathd> ";

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

int no_daemon(const Error& error) {
    std::fprintf(stderr, "multipathd: cannot connect to the daemon: %s\n", error.text().c_str());
    return 1;
}

/// Words that scripts look for on standard output when a connection breaks or stalls.
void print_lost(const Error& error) {
    print(error.code == Errc::timeout ? "timeout receiving packet\n" : "error receiving packet\n");
    std::fprintf(stderr, "multipathd: %s\n", error.text().c_str());
}

bool read_line(std::string& line) {
    line.clear();
    int c = 0;
    while ((c = std::getchar()) != EOF && c != '\n') {
        if (line.size() <= api::kRequestMaxBytes) {
            line += static_cast<char>(c);
        }
    }
    return c != EOF || !line.empty();
}

bool is_command_word(std::string_view argument) {
    return argument.empty() || argument.front() != '-';
}

}  // namespace

std::string_view printed_part(std::string_view reply) {
    constexpr std::string_view kFail = "fail\n";
    if (starts_with(reply, kFail) && reply.size() > kFail.size()) {
        return reply.substr(kFail.size());
    }
    return reply;
}

bool failed(std::string_view reply) {
    return starts_with(reply, "fail\n") || reply == "fail" || reply == "timeout\n";
}

std::string join_arguments(int count, char* const* words) {
    if (count == 1) {
        return words[0];
    }
    std::string out;
    for (int i = 0; i < count; ++i) {
        std::string_view word = words[i];
        // Some callers bring their own quotes, even as words of their own: " %n,%d ".
        bool own_quotes = starts_with(word, "\"");
        bool divided = word.empty() || word.find_first_of(" \t\n#!") != std::string_view::npos;
        out += i == 0 ? "" : " ";
        out += divided && !own_quotes ? quoted(word) : std::string(word);
    }
    return out;
}

int run_command(std::string_view request, Duration timeout) {
    if (request.size() > api::kRequestMaxBytes) {
        std::fprintf(stderr, "multipathd: the command is longer than %zu bytes\n",
                     api::kRequestMaxBytes);
        return 1;
    }
    Result<Client> client = Client::connect(timeout);
    if (!client) {
        return no_daemon(client.error());
    }
    Result<std::string> reply = client->ask(request);
    if (!reply) {
        print_lost(reply.error());
        return 1;
    }
    print(printed_part(*reply));
    return failed(*reply) ? 1 : 0;
}

namespace {

/// What may stand at the end of `line`: words of commands, and names that the daemon knows.
std::vector<std::string> candidates(Client& client, std::string_view line) {
    api::Completions found = api::complete(line);
    if (!found.map_name && !found.path_name) {
        return found.words;
    }
    Result<std::string> reply =
        client.ask(found.map_name ? "show maps raw format %n" : "show paths raw format %d");
    std::size_t blank = line.find_last_of(" \t");
    std::string_view begin = blank == std::string_view::npos ? line : line.substr(blank + 1);
    for (std::string_view name : split(reply && *reply != "ok\n" ? *reply : "", '\n')) {
        if (!name.empty() && starts_with(name, begin)) {
            found.words.emplace_back(name);
        }
    }
    return found.words;
}

/// Unset: go on. The line has been read and, where that is wanted, echoed.
std::optional<int> obey(Client& client, const std::string& line) {
    if (trim(line).empty()) {
        return std::nullopt;
    }
    if (std::holds_alternative<api::Quit>(api::parse_request(line))) {
        return 0;
    }
    Result<std::string> reply = client.ask(line);
    if (!reply) {
        print_lost(reply.error());
        return 1;
    }
    print(printed_part(*reply));
    return std::nullopt;
}

int converse_on_terminal(Client& client) {
    EditedLine editor([&client](std::string_view line) { return candidates(client, line); });
    while (std::optional<std::string> line = read_edited(editor, kPrompt)) {
        if (std::optional<int> code = obey(client, *line)) {
            return *code;
        }
    }
    return 0;
}

}  // namespace

int run_interactive(Duration timeout) {
    Result<Client> client = Client::connect(timeout);
    if (!client) {
        return no_daemon(client.error());
    }
    bool terminal = ::isatty(STDIN_FILENO) == 1;
    if (terminal && ::isatty(STDOUT_FILENO) == 1) {
        return converse_on_terminal(*client);
    }
    std::string line;
    print(kPrompt);
    while (read_line(line)) {
        if (!terminal) {
            print(line + "\n");
        }
        if (std::optional<int> code = obey(*client, line)) {
            return *code;
        }
        print(kPrompt);
    }
    if (terminal) {
        print("\n");
    }
    return 0;
}

std::optional<int> run_client(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::string_view argument = argv[i];
        if (argument == "monitor" && i + 1 == argc) {
            return run_monitor(configured_timeout());
        }
        if (is_command_word(argument)) {
            return run_command(join_arguments(argc - i, argv + i), configured_timeout());
        }
        if (argument == "--") {
            continue;
        }
        if (argument == "--once") {
            return std::nullopt;
        }
        if (starts_with(argument, "--")) {
            return std::nullopt;
        }
        for (std::size_t at = 1; at < argument.size(); ++at) {
            if (argument[at] == 'k') {
                std::string_view command = argument.substr(at + 1);
                return trim(command).empty() ? run_interactive(configured_timeout())
                                             : run_command(command, configured_timeout());
            }
            if (argument[at] == 'v') {
                // The level is the rest of this argument or the next one.
                if (at + 1 == argument.size()) {
                    ++i;
                }
                break;
            }
        }
    }
    return std::nullopt;
}

}  // namespace mp::cli
