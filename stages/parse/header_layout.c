/*
 * What the grammar says of a line must be what it would say of every line with the same layout, so
 * a layout is only made where it looks at nothing else: not at the value of a digit (those that it
 * refuses, an hour 25, are left to it), nor at what stands behind the header. A form that ends in
 * a space alone is not such a one: "pm -" might follow.
 */
#include "header_layout.h"

#define LANES 16
typedef unsigned char lanes __attribute__((vector_size(LANES)));

/* Bytes of a digit, and what its last byte is for a zero. */
static const struct {
	uint8_t bytes, zero;
	unsigned char before[2];
} scripts[] = {
	[DIGITS_LATIN] = {1, '0', {0}},
	[DIGITS_ARABIC] = {2, 0xA0, {0xD9}},
	[DIGITS_PERSIAN] = {2, 0xB0, {0xDB}},
	[DIGITS_DEVANAGARI] = {3, 0xA6, {0xE0, 0xA5}},
	[DIGITS_BENGALI] = {3, 0xA6, {0xE0, 0xA7}},
};

static unsigned
read_number(const unsigned char *digits, struct layout_number n, uint8_t stride)
{
	unsigned value = digits[n.at];

	for (unsigned i = 1; i < n.width; i++)
		value = value * 10 + digits[n.at + i * stride];
	return value;
}

/* Where each of them goes, in the order in which the header has them. */
static bool
read_numbers(const struct header_layout *l, const unsigned char *digits, struct header *h)
{
	const struct layout_number *date = l->numbers, *time = l->numbers + 3;
	unsigned value[3] = {0};

	if (l->header.shape.time_first) {
		time = l->numbers;
		date = l->numbers + (l->count - 3);
	}
	for (int i = 0; i < l->count - 3; i++)
		value[i] = read_number(digits, time[i], l->digit_bytes);
	if (value[0] > 24 || value[1] > 59 || value[2] > 60)
		return false;
	h->hour = (uint8_t)value[0];
	h->minute = (uint8_t)value[1];
	h->second = (uint8_t)value[2];
	h->zeros = (uint8_t)((digits[time[0].at] == 0) << 3);
	for (int i = 0; i < 3; i++) {
		h->number[i] = (uint16_t)read_number(digits, date[i], l->digit_bytes);
		h->zeros |= (uint8_t)((digits[date[i].at] == 0) << i);
	}
	return true;
}

/* The line's first bytes as the layout has them: digits become their values. */
static bool
compare(const struct header_layout *l, const char *line, unsigned char *digits)
{
	lanes outside = {0};

	for (size_t i = 0; i < l->header.length; i += LANES) {
		lanes bytes, lowest, above;
		memcpy(&bytes, line + i, LANES);
		memcpy(&lowest, l->lowest + i, LANES);
		memcpy(&above, l->above + i, LANES);
		bytes -= lowest;
		memcpy(digits + i, &bytes, LANES);
		outside |= (lanes)(bytes > above);
	}
	uint64_t halves[2];
	memcpy(halves, &outside, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}

/* False: the grammar must be asked about every such line. */
static bool
make_layout(struct header_layout *l, struct str line, const struct header *h)
{
	uint8_t script = h->shape.digits, bytes = scripts[script].bytes,
		zero = scripts[script].zero;
	unsigned char digits[LAYOUT_BYTES];
	struct header again = *h;

	if (h->length > LAYOUT_BYTES || h->length == line.len || h->shape.frame == FRAME_SPACE)
		return false;
	*l = (struct header_layout){.digit_bytes = bytes, .header = *h};
	memset(l->above, 0xFF, sizeof(l->above));
	bool in_number = false;
	for (size_t i = 0; i < h->length;) {
		bool digit = h->length - i >= bytes &&
			     memcmp(line.ptr + i, scripts[script].before, bytes - 1u) == 0 &&
			     (unsigned char)(line.ptr[i + bytes - 1] - zero) <= 9;
		size_t end = i + (digit ? bytes : 1u);
		for (; i < end; i++) {
			l->lowest[i] = (unsigned char)line.ptr[i];
			l->above[i] = 0;
			digits[i] = (unsigned char)(line.ptr[i] - zero);
		}
		if (digit) {
			l->lowest[end - 1] = zero;
			l->above[end - 1] = 9;
			if (!in_number && l->count == LAYOUT_NUMBERS)
				return false;
			if (!in_number)
				l->numbers[l->count++].at = (uint8_t)(end - 1);
			l->numbers[l->count - 1].width++;
		}
		in_number = digit;
	}
	/* What was taken for numbers is what the grammar took for them. */
	return l->count == 5 + h->shape.seconds && read_numbers(l, digits, &again) &&
	       again.hour == h->hour && again.minute == h->minute && again.second == h->second &&
	       again.zeros == h->zeros && memcmp(again.number, h->number, sizeof(h->number)) == 0;
}

static void
move_to_front(struct header_layouts *all, size_t i)
{
	uint8_t which = all->order[i];

	memmove(all->order + 1, all->order, i);
	all->order[0] = which;
}

bool
header_layouts_scan(struct header_layouts *all, struct str line, struct header *h)
{
	char copy[LAYOUT_BYTES];
	const char *begin = line.ptr;
	unsigned char digits[LAYOUT_BYTES];

	if (line.len < HEADER_LEAST)
		return false;
	if (line.len < LAYOUT_BYTES) { /* no byte behind the line is looked at */
		memset(copy, 0, sizeof(copy));
		memcpy(copy, line.ptr, line.len);
		begin = copy;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct header_layout *l = &all->known[all->order[i]];
		if (l->header.length >= line.len || !compare(l, begin, digits))
			continue;
		*h = l->header;
		if (!read_numbers(l, digits, h))
			break;
		if (i > 0)
			move_to_front(all, i);
		return true;
	}
	if (!header_scan(line, h))
		return false;
	size_t place = all->count < LAYOUTS ? all->count : all->order[LAYOUTS - 1];
	struct header_layout made;
	if (make_layout(&made, line, h)) {
		all->known[place] = made;
		if (all->count < LAYOUTS)
			all->order[all->count++] = (uint8_t)place;
		move_to_front(all, all->count - 1u);
	}
	return true;
}
