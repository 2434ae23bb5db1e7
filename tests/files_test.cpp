#include <flopwise/error.hpp>

#include "catch.hpp"
#include "temporary.hpp"
#include "text/files.hpp"
#include "text/packed.hpp"

#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flopwise;
namespace fs = std::filesystem;

static std::string content(const fs::path& file) {
    return text::read_file(file, 1'000);
}

static std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

TEST_CASE("the name of a file that is being written cannot be foretold", "[files]") {
    const Temporary folder;
    const fs::path file = folder.path() / "out.yaml";
    const text::StagedFile one{file, "one"};
    const text::StagedFile two{file, "two"};
    CHECK(one.path() != two.path());
    CHECK(one.path().filename().string().size() == std::string{".out.yaml..tmp"}.size() + 16);
    CHECK(content(one.path()) == "one");
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a file gets its name when it is whole, and is gone if it does not", "[files]") {
    const Temporary folder;
    const fs::path file = folder.path() / "out";
    {
        text::StagedFile one{file, "one"};
        one.put();
        CHECK(content(file) == "one");
        const text::StagedFile two{file, "two"};
    }
    CHECK(content(file) == "one");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("what a killed call left is removed by the next, and nothing else is", "[files]") {
    const Temporary folder;
    const fs::path left = folder.file(".out.0123456789abcdef.tmp", "left");
    const fs::path other = folder.file(".other.0123456789abcdef.tmp", "of another file");
    const fs::path own = folder.file(".out.0123456789abcdeX.tmp", "no name of ours");
    fs::create_symlink(other, folder.path() / ".out.1123456789abcdef.tmp");
    fs::create_directory(folder.path() / ".out.2123456789abcdef.tmp");
    ::mkfifo((folder.path() / ".out.3123456789abcdef.tmp").c_str(), 0600);
    text::write_file(folder.path() / "out", "new");
    CHECK_FALSE(fs::exists(left));
    CHECK(files_in(folder.path()) == 6);
}

TEST_CASE("what another call is writing is left to it", "[files]") {
    const Temporary folder;
    const fs::path busy = folder.file(".out.0123456789abcdef.tmp", "busy");
    const int file = ::open(busy.c_str(), O_RDONLY);
    REQUIRE(::flock(file, LOCK_EX) == 0);
    text::write_file(folder.path() / "out", "new");
    CHECK(fs::exists(busy));
    ::close(file);
    text::write_file(folder.path() / "out", "newer");
    CHECK_FALSE(fs::exists(busy));
}

TEST_CASE("a file keeps its permissions, and a new one has those of the mask", "[files]") {
    const Temporary folder;
    const fs::path file = folder.file("out", "old");
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    text::write_file(file, "new");
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    const mode_t mask = ::umask(027);
    text::write_file(folder.path() / "fresh", "new");
    ::umask(mask);
    CHECK(static_cast<unsigned>(fs::status(folder.path() / "fresh").permissions()) == 0640);
}

TEST_CASE("a name of 255 bytes can be written to", "[files]") {
    const Temporary folder;
    const fs::path file = folder.path() / std::string(255, 'n');
    text::write_file(file, "one");
    text::write_file(file, "two");
    CHECK(content(file) == "two");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("what is packed is unpacked as it was", "[files]") {
    std::string bytes;
    for (unsigned i = 0; i < 100'000; ++i)
        bytes += static_cast<char>(i * i % 251);
    for (const double number : {0.526,
                                3.06,
                                -1.0,
                                0.0,
                                -0.0,
                                1e300,
                                4294967295.0,
                                4294967296.0,
                                1e-300,
                                std::numeric_limits<double>::quiet_NaN(),
                                1.0 / 3,
                                0.0000000001})
        bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    for (const std::string& one :
         {std::string{}, std::string{"\0x", 2}, std::string(17, '\0'), bytes, bytes + "end"}) {
        const std::string packed = text::packed(one);
        CHECK(text::unpacked(packed) == one);
    }
    const std::string packed = text::packed(bytes);
    CHECK(packed.size() < bytes.size() / 10);
    CHECK_THROWS(text::unpacked(packed.substr(0, packed.size() - 1)));
    CHECK(text::unpacked({}).empty());
}
