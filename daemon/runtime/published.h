// SPDX-License-Identifier: GPL-2.0-or-later
// The newest value of something immutable, for readers in other threads who must never delay the
// writer nor wait for it. The only file that knows liburcu; a mutex and a shared_ptr would do the
// same job with a worse worst case.
//
// One thread publishes. Any thread reads; read() must be short and without I/O, because nothing old
// is freed while a reader is inside: render into a buffer and send it afterwards.
#pragma once

#include <urcu.h>

#include <atomic>
#include <memory>
#include <utility>

#include "daemon/base/assert.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MP_PUBLISHED_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define MP_PUBLISHED_TSAN 1
#endif
#ifdef MP_PUBLISHED_TSAN
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace mp::runtime {

namespace detail {

/// liburcu knows its readers by name; each thread that publishes or reads signs in once.
inline void register_rcu_thread() {
    struct Registration {
        Registration() { rcu_register_thread(); }
        ~Registration() { rcu_unregister_thread(); }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;
    };
    thread_local const Registration registration;
    static_cast<void>(registration);
}

// The sanitizer sees neither the queue of liburcu's thread nor the ordering that a grace period
// gives, so it is told: whoever is done with a node hands it over, and the thread that frees takes
// it over.
inline void hand_over([[maybe_unused]] const void* node) {
#ifdef MP_PUBLISHED_TSAN
    __tsan_release(const_cast<void*>(node));
#endif
}
inline void take_over([[maybe_unused]] const void* node) {
#ifdef MP_PUBLISHED_TSAN
    __tsan_acquire(const_cast<void*>(node));
#endif
}

}  // namespace detail

template <class T>
class Published {
public:
    Published() = default;
    /// No reader is inside any more. Old values may still be freed in liburcu's thread afterwards.
    ~Published() {
        Node* const last = current_.exchange(nullptr);
        if (last != nullptr) {
            retire(last);
        }
        free_retired();
    }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    /// `value` is not null. Returns at once; the old value goes when its last reader has left.
    void publish(std::shared_ptr<const T> value) {
        MP_ASSERT(value != nullptr);
        Node* const old = current_.exchange(new Node(std::move(value)));
        if (old != nullptr) {
            retire(old);
        }
        if (retired_count_ >= kRetiredMax) {
            free_retired();
        }
    }

    /// Calls `reader(const T&)` with the newest value. False: nothing has been published yet.
    template <class Reader>
    bool read(Reader&& reader) const {
        detail::register_rcu_thread();
        rcu_read_lock();
        const Node* const node = current_.load(std::memory_order_acquire);
        if (node != nullptr) {
            std::forward<Reader>(reader)(*node->value);
            detail::hand_over(node);
        }
        rcu_read_unlock();
        return node != nullptr;
    }

private:
    // Waking liburcu's thread costs more than publishing; so it frees several at a time.
    static constexpr unsigned kRetiredMax = 8;

    struct Node : rcu_head {
        explicit Node(std::shared_ptr<const T> the_value) : value(std::move(the_value)) {}
        std::shared_ptr<const T> value;
        Node* next = nullptr;  ///< in the list of retired nodes
    };

    void retire(Node* node) {
        node->next = retired_;
        retired_ = node;
        ++retired_count_;
        detail::hand_over(node);
    }

    void free_retired() {
        if (retired_ == nullptr) {
            return;
        }
        detail::register_rcu_thread();
        call_rcu(retired_, &free_list);
        retired_ = nullptr;
        retired_count_ = 0;
    }

    static void free_list(rcu_head* head) noexcept {
        Node* node = static_cast<Node*>(head);
        while (node != nullptr) {
            detail::take_over(node);
            Node* const next = node->next;
            delete node;
            node = next;
        }
    }

    std::atomic<Node*> current_{nullptr};
    Node* retired_ = nullptr;
    unsigned retired_count_ = 0;
};

}  // namespace mp::runtime
