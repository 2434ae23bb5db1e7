// flopwise: which symbols a shared library shows
//
// The library is built with hidden symbols; FLOPWISE_API marks the public ones. A user sets
// nothing: CMake passes FLOPWISE_SHARED on where it is needed.

#pragma once

#if defined(_WIN32) && defined(FLOPWISE_SHARED)
#ifdef FLOPWISE_BUILDING
#define FLOPWISE_API __declspec(dllexport)
#else
#define FLOPWISE_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define FLOPWISE_API __attribute__((visibility("default")))
#else
#define FLOPWISE_API
#endif
