// What every form of a start plan is written from, and the forms.

#pragma once

#include <flopwise/launch.hpp>

namespace flopwise {

struct StartPlan {
    const Request& request;
    const Choice& choice;
    int machines = 1;
    int minutes = 0;      ///< of each start, after which machines stop; 0: they do not
    int idle_minutes = 0; ///< without work; 0: not looked at
    bool spot = false;
    std::string cap{};   ///< USD/h of spot; empty: none
    std::string name{};  ///< of what is made: at most 40 lower-case letters, digits and '-'
    std::string title{}; ///< what is rented, for how much, as of when: one line
};

/// For a comment: one line, whatever a catalog calls its machines.
std::string one_line(std::string text);
/// Each line of `text` after `prefix`.
std::string with_prefix(std::string_view prefix, std::string_view text);
/// "They stop by themselves after 120 minutes, or after 60 without work."
std::string limits_of(const StartPlan& plan);

// ---- what runs on the machine -------------------------------------------------------

/// How the machines of one provider end, and reach the bucket of checkpoints.
struct OnMachine {
    std::string_view end;     ///< the command that ends the machine, and what it costs
    std::string_view save;    ///< from ./checkpoints to "$url"
    std::string_view restore; ///< back
};
/// As root at the first start: limits, local disks, checkpoints.
std::string boot_text(const StartPlan& plan, const OnMachine& on);
/// What brings the dataset, run in the home folder on the machine.
std::string fetch_text(const Request& request);

// ---- forms --------------------------------------------------------------------------

/// A provider's part of the script: its functions, which the common part calls.
struct CloudScript {
    std::string_view tools;    ///< that it needs: "the AWS CLI with an account"
    std::string variables{};   ///< lines
    std::string_view text;     ///< functions
    std::string_view stopped;  ///< what costs while machines are stopped, beside the disk
    std::string_view get_tool; ///< on the machine, before the bucket is used
    std::string_view how_to;   ///< give the machine access to the bucket
    OnMachine on;
    bool stops = true; ///< whether machines can be stopped and started again
};
CloudScript aws_script(const StartPlan& plan);
CloudScript gcp_script(const StartPlan& plan);
CloudScript azure_script(const StartPlan& plan);
std::string script_text(const StartPlan& plan, const CloudScript& cloud);

std::string sky_task(const StartPlan& plan);
std::string dstack_task(const StartPlan& plan);
std::string terraform_module(const StartPlan& plan);

// ---- what is known of providers -----------------------------------------------------

/// The image of Google Cloud as "PROJECT FAMILY", of Azure as a URN; empty: none is known.
std::string gcp_image(const Choice& choice);
std::string azure_image(const Choice& choice);
/// "n1-standard-4" of "n1-standard-4-t4x1", to which the GPUs are attached.
std::string gcp_machine_type(const Choice& choice);
bool is_neuron(const Choice& choice);
/// Whether SkyPilot, dstack have the provider, with machines by the names that catalogs have.
bool in_sky(std::string_view provider);
bool in_dstack(std::string_view provider);
/// Lines of the GPU that dstack is asked for; empty: it has no name there.
std::string dstack_gpu(const Choice& choice);
/// Whole GiB, as a number without a unit.
std::string gib(GiB size);

} // namespace flopwise
