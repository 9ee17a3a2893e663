// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of chosen columns. A Format is parsed once; only its columns are ever computed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/fields.h"

namespace mp::api {

/// Cells wider than this do not widen their column.
constexpr std::size_t kColumnWidthMax = 255;

template <class View>
class Format {
public:
    /// '%' and a known letter is a column; '%' and anything else, or nothing, prints nothing.
    Format(std::span<const Field<View>> fields, std::string_view text) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '%') {
                literal(text[at]);
            } else if (++at < text.size()) {
                const Field<View>* field = find_field(fields, text[at]);
                if (field != nullptr) {
                    pieces_.push_back(Piece{field, ""});
                }
            }
        }
    }

    struct Piece {
        const Field<View>* field = nullptr;  ///< null: `literal`
        std::string literal;
    };
    const std::vector<Piece>& pieces() const { return pieces_; }

private:
    void literal(char c) {
        if (pieces_.empty() || pieces_.back().field != nullptr) {
            pieces_.push_back(Piece{nullptr, ""});
        }
        pieces_.back().literal += c;
    }
    std::vector<Piece> pieces_;
};

/// One width per piece; 0 for literals.
using Widths = std::vector<std::size_t>;

/// The cells of many rows, formatted once, so that widths are known before a row is written.
template <class View>
class Rows {
public:
    Rows(const Format<View>& format, Instant now) : format_(format), now_(now) {
        widths_.assign(format.pieces().size(), 0);
    }

    void add(const View& view) {
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            const typename Format<View>::Piece& piece = format_.pieces()[i];
            if (piece.field == nullptr) {
                continue;
            }
            std::size_t begin = cells_.size();
            piece.field->write(cells_, view, now_);
            ends_.push_back(cells_.size());
            widths_[i] = std::max(widths_[i], std::min(cells_.size() - begin, kColumnWidthMax));
        }
        ++count_;
    }
    void widen_to_headers() {
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            if (format_.pieces()[i].field != nullptr) {
                widths_[i] = std::max(widths_[i], format_.pieces()[i].field->header.size());
            }
        }
    }
    std::size_t count() const { return count_; }
    const Widths& widths() const { return widths_; }
    /// Pads to columns that were measured over other rows of the same format.
    void set_widths(const Widths& widths) { widths_ = widths; }

    void write_header(std::string& out) const {
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            const typename Format<View>::Piece& piece = format_.pieces()[i];
            write_cell(out, piece.field == nullptr ? piece.literal : piece.field->header,
                       widths_[i]);
        }
        out += '\n';
    }
    /// Rows are written in the order of add(), each once.
    void write_next(std::string& out, bool padded = true) {
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            const typename Format<View>::Piece& piece = format_.pieces()[i];
            if (piece.field == nullptr) {
                out += piece.literal;
                continue;
            }
            std::size_t end = ends_[next_cell_++];
            write_cell(out, std::string_view(cells_).substr(next_byte_, end - next_byte_),
                       padded ? widths_[i] : 0);
            next_byte_ = end;
        }
    }

private:
    static void write_cell(std::string& out, std::string_view text, std::size_t width) {
        out += text;
        if (text.size() < width) {
            out.append(width - text.size(), ' ');
        }
    }

    const Format<View>& format_;
    Instant now_;
    Widths widths_;
    std::string cells_;
    std::vector<std::size_t> ends_;
    std::size_t count_ = 0;
    std::size_t next_cell_ = 0;
    std::size_t next_byte_ = 0;
};

}  // namespace mp::api
