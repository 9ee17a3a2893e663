// SPDX-License-Identifier: GPL-2.0-or-later
// Names of maps and the two files that remember them.
#include "daemon/engine/naming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace mp::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto kNoneTaken = [](const std::string&) { return false; };

AliasRequest friendly(const std::string& wwid) {
    AliasRequest request;
    request.wwid = Wwid(wwid);
    request.user_friendly_names = true;
    return request;
}

TEST(AliasSuffix, CountsInBijectiveBase26) {
    const std::pair<std::uint64_t, const char*> cases[] = {
        {1, "a"},   {2, "b"},    {26, "z"},    {27, "aa"},     {52, "az"},
        {53, "ba"}, {702, "zz"}, {703, "aaa"}, {18278, "zzz"}, {18279, "aaaa"}};
    for (const auto& [id, letters] : cases) {
        EXPECT_EQ(alias_suffix(id), letters) << id;
    }
}

TEST(BindingForm, IsThePrefixAndLowerCaseLetters) {
    EXPECT_TRUE(has_binding_form("mpatha", "mpath"));
    EXPECT_TRUE(has_binding_form("mpathzz", "mpath"));
    EXPECT_FALSE(has_binding_form("mpath", "mpath"));
    EXPECT_FALSE(has_binding_form("mpathA", "mpath"));
    EXPECT_FALSE(has_binding_form("mpath1", "mpath"));
    EXPECT_FALSE(has_binding_form("mpatha-part1", "mpath"));
    EXPECT_FALSE(has_binding_form("data", "mpath"));
}

TEST(ValidAlias, RefusesWhatDeviceMapperOrShellsCannotTake) {
    EXPECT_TRUE(valid_alias("data-01_x.y:z"));
    EXPECT_TRUE(valid_alias(std::string(127, 'a')));
    EXPECT_FALSE(valid_alias(std::string(128, 'a')));
    EXPECT_FALSE(valid_alias(""));
    EXPECT_FALSE(valid_alias("a/b"));
    EXPECT_TRUE(valid_alias("a b"));
    EXPECT_FALSE(valid_alias(" a"));
    EXPECT_FALSE(valid_alias("a "));
    EXPECT_FALSE(valid_alias("a\nb"));
    EXPECT_FALSE(valid_alias("\xc3\xa4"));
}

TEST(Bindings, FindsBothWaysAndIgnoresCommentsAndBlankLines) {
    const Bindings bindings =
        Bindings::parse(Bindings::header() + "\nmpatha 3600a\n  mpathb\t3600b  \n# mpathc 3600c\n");
    EXPECT_THAT(bindings.problems(), IsEmpty());
    EXPECT_EQ(bindings.size(), 2U);
    EXPECT_EQ(*bindings.alias_of(Wwid("3600b")), "mpathb");
    EXPECT_EQ(bindings.wwid_of("mpatha")->str(), "3600a");
    EXPECT_EQ(bindings.alias_of(Wwid("3600c")), nullptr);
    EXPECT_EQ(bindings.wwid_of("mpathc"), nullptr);
}

TEST(Bindings, HeaderHasSevenCommentLinesAndNamesItsVersion) {
    const std::string header = Bindings::header();
    EXPECT_EQ(std::count(header.begin(), header.end(), '\n'), 7);
    EXPECT_THAT(header, ::testing::StartsWith("# Multipath bindings, Version : 1.0\n"));
    EXPECT_EQ(Bindings::parse(header).size(), 0U);
    EXPECT_THAT(Bindings::parse(header).problems(), IsEmpty());
}

TEST(Bindings, FaultyLinesAreNamedAndTheRestIsUsed) {
    const Bindings bindings = Bindings::parse(
        "mpatha\n"
        "a/b 3600a\n"
        "mpathb 3600b extra\n"
        "mpathc \x01\x02\n"
        "mpathd 3600d\n");
    ASSERT_THAT(bindings.problems(), SizeIs(4));
    EXPECT_EQ(bindings.problems()[0].line, 1);
    EXPECT_EQ(bindings.problems()[1].line, 2);
    EXPECT_EQ(bindings.problems()[2].line, 3);
    EXPECT_EQ(bindings.problems()[3].line, 4);
    EXPECT_THAT(bindings.problems()[3].text, HasSubstr("'?"
                                                       "?'"));
    EXPECT_EQ(bindings.size(), 2U);
}

TEST(Bindings, OneNameForTwoDisksBelongsToTheFirst) {
    const Bindings bindings = Bindings::parse("mpatha 3600a\nmpatha 3600b\n");
    ASSERT_THAT(bindings.problems(), SizeIs(1));
    EXPECT_EQ(bindings.problems()[0].line, 2);
    EXPECT_EQ(bindings.wwid_of("mpatha")->str(), "3600a");
    EXPECT_EQ(bindings.alias_of(Wwid("3600b")), nullptr);
}

TEST(Bindings, SecondNameOfADiskStaysReserved) {
    Bindings bindings = Bindings::parse("mpathb 3600a\nmpatha 3600a\n");
    EXPECT_THAT(bindings.problems(), SizeIs(1));
    EXPECT_EQ(*bindings.alias_of(Wwid("3600a")), "mpathb");
    EXPECT_EQ(bindings.lowest_free("mpath", kNoneTaken), "mpathc");
}

TEST(Bindings, AppendsOneLineAndRepairsAMissingLineEnd) {
    Bindings bindings = Bindings::parse("mpatha 3600a");
    EXPECT_EQ(*bindings.add("mpathb", Wwid("3600b")), "\nmpathb 3600b\n");
    EXPECT_EQ(*bindings.add("mpathc", Wwid("3600c")), "mpathc 3600c\n");
}

TEST(Bindings, RefusesToBindTwice) {
    Bindings bindings = Bindings::parse("mpatha 3600a\n");
    EXPECT_EQ(bindings.add("mpatha", Wwid("3600b")).error().code, Errc::busy);
    EXPECT_EQ(bindings.add("mpathb", Wwid("3600a")).error().code, Errc::busy);
    EXPECT_EQ(bindings.add("a b", Wwid("3600b")).error().code, Errc::invalid);
    EXPECT_EQ(bindings.add("mpathb", Wwid("3600 b")).error().code, Errc::invalid);
    EXPECT_EQ(bindings.add("mpathb", Wwid("")).error().code, Errc::invalid);
    EXPECT_EQ(bindings.size(), 1U);
}

TEST(Bindings, LowestFreeNameFillsGapsAndSkipsTakenOnes) {
    Bindings bindings = Bindings::parse("mpatha 1\nmpathc 3\nother 4\n");
    EXPECT_EQ(bindings.lowest_free("mpath", kNoneTaken), "mpathb");
    EXPECT_EQ(
        bindings.lowest_free("mpath", [](const std::string& name) { return name == "mpathb"; }),
        "mpathd");
    EXPECT_EQ(bindings.lowest_free("mpath", kNoneTaken), "mpathb");
    EXPECT_EQ(bindings.lowest_free("disk", kNoneTaken), "diska");
}

TEST(Bindings, ThousandsOfNewNamesAreAllDifferentAndReadBack) {
    Bindings bindings = Bindings::parse("");
    std::string file = Bindings::header();
    for (int i = 0; i < 3000; ++i) {
        const AliasChoice choice =
            choose_alias(friendly("3600" + std::to_string(i)), bindings, kNoneTaken);
        EXPECT_THAT(choice.problem, IsEmpty());
        file += choice.append;
    }
    const Bindings again = Bindings::parse(file);
    EXPECT_THAT(again.problems(), IsEmpty());
    EXPECT_EQ(again.size(), 3000U);
    EXPECT_EQ(again.wwid_of("mpatha")->str(), "36000");
    EXPECT_EQ(again.wwid_of("mpath" + alias_suffix(3000))->str(), "36002999");
}

TEST(ChooseAlias, WithoutFriendlyNamesTheWwidIsTheName) {
    Bindings bindings = Bindings::parse("mpatha 3600a\n");
    AliasRequest request = friendly("3600a");
    request.user_friendly_names = false;
    const AliasChoice choice = choose_alias(request, bindings, kNoneTaken);
    EXPECT_EQ(choice.alias, "3600a");
    EXPECT_THAT(choice.append, IsEmpty());
}

TEST(ChooseAlias, ConfiguredAliasComesFirst) {
    Bindings bindings = Bindings::parse("mpatha 3600a\n");
    AliasRequest request = friendly("3600a");
    request.configured = "data";
    EXPECT_EQ(choose_alias(request, bindings, kNoneTaken).alias, "data");
}

TEST(ChooseAlias, NameOfAnotherDisksMapIsNeverTakenOver) {
    Bindings bindings = Bindings::parse("mpatha 3600a\n");
    AliasRequest request = friendly("3600a");
    request.configured = "data";
    const auto taken = [](const std::string& name) { return name == "data" || name == "mpatha"; };
    const AliasChoice choice = choose_alias(request, bindings, taken);
    EXPECT_EQ(choice.alias, "3600a");
    EXPECT_THAT(choice.append, IsEmpty());
    EXPECT_THAT(choice.problem, HasSubstr("mpatha"));
}

TEST(ChooseAlias, BoundNameIsUsed) {
    Bindings bindings = Bindings::parse("mpathq 3600a\n");
    const AliasChoice choice = choose_alias(friendly("3600a"), bindings, kNoneTaken);
    EXPECT_EQ(choice.alias, "mpathq");
    EXPECT_THAT(choice.append, IsEmpty());
}

TEST(ChooseAlias, NameOfTheExistingMapIsKeptAndBound) {
    Bindings bindings = Bindings::parse("");
    AliasRequest request = friendly("3600a");
    request.existing = "mpathk";
    const AliasChoice choice = choose_alias(request, bindings, kNoneTaken);
    EXPECT_EQ(choice.alias, "mpathk");
    EXPECT_EQ(choice.append, "mpathk 3600a\n");
}

TEST(ChooseAlias, ExistingNameOfAnotherFormOrBoundElsewhereIsNotKept) {
    Bindings bindings = Bindings::parse("mpathk 3600b\n");
    AliasRequest request = friendly("3600a");
    request.existing = "mpathk";
    EXPECT_EQ(choose_alias(request, bindings, kNoneTaken).alias, "mpatha");
    request = friendly("3600c");
    request.existing = "3600c";
    EXPECT_EQ(choose_alias(request, bindings, kNoneTaken).alias, "mpathb");
}

TEST(ChooseAlias, ReadOnlyMakesNoBinding) {
    Bindings bindings = Bindings::parse("");
    AliasRequest request = friendly("3600a");
    request.read_only = true;
    EXPECT_EQ(choose_alias(request, bindings, kNoneTaken).alias, "3600a");
    request.existing = "mpathk";
    EXPECT_EQ(choose_alias(request, bindings, kNoneTaken).alias, "mpathk");
    EXPECT_EQ(bindings.size(), 0U);
}

TEST(KnownWwids, ReadsAddsAndRemoves) {
    KnownWwids known = KnownWwids::parse(KnownWwids::header() + "/3600a/\n#3600b/\n");
    EXPECT_THAT(known.problems(), IsEmpty());
    EXPECT_TRUE(known.contains(Wwid("3600a")));
    EXPECT_FALSE(known.contains(Wwid("3600b")));
    EXPECT_EQ(known.add(Wwid("3600c")), "/3600c/\n");
    EXPECT_EQ(known.add(Wwid("3600c")), "");
    EXPECT_TRUE(known.remove(Wwid("3600a")));
    EXPECT_FALSE(known.remove(Wwid("3600a")));
    EXPECT_EQ(known.render(), KnownWwids::header() + "#3600a/\n#3600b/\n/3600c/\n");
}

TEST(KnownWwids, RemovesAllLinesOfAWwid) {
    KnownWwids known = KnownWwids::parse("/3600a/\n/3600a/\n");
    EXPECT_EQ(known.size(), 1U);
    EXPECT_TRUE(known.remove(Wwid("3600a")));
    EXPECT_FALSE(KnownWwids::parse(known.render()).contains(Wwid("3600a")));
}

TEST(KnownWwids, FaultyLinesAreNamedAndKept) {
    KnownWwids known = KnownWwids::parse("/3600a\n3600b\n//\n/3600c/\n/36/00/\n/3600d");
    EXPECT_THAT(known.problems(), SizeIs(5));
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.add(Wwid("3600e")), "\n/3600e/\n");
    EXPECT_TRUE(known.remove(Wwid("3600c")));
    EXPECT_EQ(known.render(), "/3600a\n3600b\n//\n#3600c/\n/36/00/\n/3600d\n/3600e/\n");
}

TEST(KnownWwids, ResetKeepsOnlyTheGivenOnes) {
    KnownWwids known = KnownWwids::parse("/3600a/\n/3600b/\n");
    known.reset({Wwid("3600b"), Wwid("3600c")});
    EXPECT_EQ(known.render(), KnownWwids::header() + "/3600b/\n/3600c/\n");
}

}  // namespace
}  // namespace mp::engine
