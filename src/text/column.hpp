// The values of a column, of its own or looked at in bytes that stay where they are.
//
// What is compiled in is looked at: a table of 100,000 rows costs no copy, and no page of it is
// touched before it is asked for.

#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace flopwise {

template <class T>
class Column {
public:
    using value_type = T;

    Column() = default;
    Column(std::initializer_list<T> values) : own_{values} { look(); }
    Column(std::vector<T> values) : own_{std::move(values)} { look(); } // NOLINT: as meant
    /// Of values that outlive it.
    static Column view(std::span<const T> values) {
        Column out;
        out.values_ = values;
        return out;
    }

    Column(const Column& other) : own_{other.own_}, values_{other.values_} { relook(other); }
    Column(Column&& other) noexcept
        : own_{std::move(other.own_)}, values_{std::exchange(other.values_, {})} {}
    Column& operator=(Column other) noexcept {
        own_.swap(other.own_);
        std::swap(values_, other.values_);
        return *this;
    }
    ~Column() = default;

    [[nodiscard]] const T* data() const noexcept { return values_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
    [[nodiscard]] auto end() const noexcept { return values_.end(); }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return values_[i]; }
    [[nodiscard]] const T& front() const noexcept { return values_.front(); }
    [[nodiscard]] const T& back() const noexcept { return values_.back(); }
    [[nodiscard]] operator std::span<const T>() const noexcept { return values_; } // NOLINT

    // What follows makes the values its own.

    void push_back(T value) {
        change([&] { own_.push_back(value); });
    }
    void resize(std::size_t size) {
        change([&] { own_.resize(size); });
    }
    void assign(std::size_t size, T value) {
        own_.assign(size, value);
        look();
    }
    void set(std::size_t i, T value) {
        if (!owns())
            change([] {});
        own_[i] = value;
    }

    bool operator==(const Column& other) const { return std::ranges::equal(*this, other); }

private:
    void look() { values_ = own_; }
    void relook(const Column& other) {
        if (other.owns())
            look();
    }
    [[nodiscard]] bool owns() const { return values_.data() == own_.data(); }
    template <class Change>
    void change(Change change) {
        if (!owns())
            own_.assign(values_.begin(), values_.end());
        change();
        look();
    }

    std::vector<T> own_;
    std::span<const T> values_;
};

} // namespace flopwise
