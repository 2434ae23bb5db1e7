// flopwise: the commands that rent the chosen machine and start work on it

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Least time to move data over a network: size * 8.589934592 Gbit/GiB / rate.
FLOPWISE_API Hours transfer_time(GiB size, Gbps rate);

/// Size of disk that a start needs: 100 GiB for the image and the tools, and twice the dataset,
/// which is there packed and unpacked for a while.
FLOPWISE_API GiB disk_needed(const Dataset& dataset);

/// The time after which machines of the start plan stop by themselves, at each start: the hours a
/// day of the plan; at 24 h a day, for a training job 1.1 times the hours that are enough in nine
/// cases of ten and an hour to prepare, else all hours of its days. Absent: they run until they are
/// stopped or idle, as `Launch::keep_running` asks for, or a plan that says no days.
FLOPWISE_API std::optional<Hours> stops_after(const Request& request, const Choice& choice);

/// The price of spot at which the whole plan costs its budget, at the hours of the choice, and at
/// most Constraints::max_price. Where the work that is lost is not known: the ceiling of the
/// budget. Absent: the choice is not spot, or neither is known.
///
///     cap = price + (total - cost) / (machines * hours)
FLOPWISE_API std::optional<UsdPerHour> spot_cap(const Request& request, const Choice& choice);

/// The image of AWS to start a machine from: the name of a parameter in its parameter store that
/// always has the newest one. Empty if there is none for this machine: a share of a GPU, a GPU
/// older than Turing, one that is not from NVIDIA or of Neuron.
/// Source: AWS Deep Learning AMI release notes, base image for Ubuntu 24.04, 2026-04-30 (machines
/// listed there), and images with PyTorch 2.12 for Ubuntu 24.04, 2026-10-09; AWS Neuron, image with
/// PyTorch 2.9, which stays at release 2.31, 2026-08; Canonical on AWS.
FLOPWISE_API std::string image_parameter(const Choice& choice);

/// What the start plan of a choice lacks, as "where: what must hold, what was found"; empty if
/// launch_script() writes one.
FLOPWISE_API std::string why_no_launch(const Request& request, const Choice& choice);

/// The start plan of one choice in the form of Launch::format. The script is for bash, with `rent`,
/// `data`, `run`, `work`, `keep`, `stop`, `start`, `terminate` and others as its subcommands. What
/// a user wrote stands in it between quotes, so it is text and never a command. It runs the
/// provider's command line and ssh of the user's computer with his account.
/// Throws ArgumentError if there is no plan: why_no_launch().
FLOPWISE_API std::string launch_script(const Request& request, const Choice& choice);

} // namespace flopwise
