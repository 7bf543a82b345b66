#include <cstdio>
#include <optional>

#include "helper_process.hpp"
#include "ike/capture/pcapng_writer.hpp"

namespace ike::app {

struct RotatedFile::Impl {
  void begin() {
    for (unsigned number = files - 1; number > 0; --number) {
      const std::string from = number == 1 ? path : path + "." + std::to_string(number - 1);
      std::rename(from.c_str(), (path + "." + std::to_string(number)).c_str());  // one that is not there is not moved
    }
    writer.emplace(path, "Packets of exchanges that were in trouble, kept by ikescope watch.");
    writer->flush();  // what is there can be read, though there be nothing
    octets = 0;
  }

  std::string path;
  std::uint64_t max_octets;
  unsigned files;
  std::optional<capture::PcapngWriter> writer{};
  std::uint64_t octets = 0;
};

RotatedFile::RotatedFile(std::string path, std::uint64_t max_octets, unsigned files) : impl_{std::make_unique<Impl>(Impl{std::move(path), max_octets, files})} { impl_->begin(); }
RotatedFile::~RotatedFile() = default;
RotatedFile::RotatedFile(RotatedFile&&) noexcept = default;
RotatedFile& RotatedFile::operator=(RotatedFile&&) noexcept = default;

void RotatedFile::write(const Frame& frame, std::string_view interface, std::string_view comment) {
  constexpr std::uint64_t around = 64;  // a block's own fields
  const std::uint64_t size = frame.octets.size() + comment.size() + around;
  if (impl_->octets > 0 && impl_->octets + size > impl_->max_octets) {
    impl_->writer->close();
    impl_->begin();
  }
  impl_->writer->write(frame, interface, comment);
  impl_->octets += size;
}

void RotatedFile::flush() { impl_->writer->flush(); }

}  // namespace ike::app
