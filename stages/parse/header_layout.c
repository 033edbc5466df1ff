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

static const struct layout_number *
numbers_of_date(const struct header_layout *l)
{
	return l->header.shape.time_first ? l->numbers + (l->count - 3) : l->numbers;
}

static const struct layout_number *
numbers_of_time(const struct header_layout *l)
{
	return l->header.shape.time_first ? l->numbers : l->numbers + 3;
}

/* Date and hour; false: there is no such hour. */
static bool
read_hour(const struct header_layout *l, const unsigned char *digits, struct header *h)
{
	const struct layout_number *date = numbers_of_date(l), *hour = numbers_of_time(l);
	unsigned value = read_number(digits, *hour, l->digit_bytes);

	if (value > 24)
		return false;
	h->hour = (uint8_t)value;
	h->zeros = (uint8_t)((digits[hour->at] == 0) << 3);
	for (int i = 0; i < 3; i++) {
		h->number[i] = (uint16_t)read_number(digits, date[i], l->digit_bytes);
		h->zeros |= (uint8_t)((digits[date[i].at] == 0) << i);
	}
	return true;
}

/* Of two digits, as minutes and seconds are. */
static unsigned
read_two(const unsigned char *digits, struct layout_number n, uint8_t stride)
{
	return digits[n.at] * 10u + digits[n.at + stride];
}

/* What mostly is all that changes from one header to the next. */
static inline bool
read_minute(const struct header_layout *l, const unsigned char *digits, struct header *h)
{
	const struct layout_number *time = numbers_of_time(l);
	unsigned minute = read_two(digits, time[1], l->digit_bytes);
	unsigned second = l->count > 5 ? read_two(digits, time[2], l->digit_bytes) : 0;

	if (minute > 59 || second > 60)
		return false;
	h->minute = (uint8_t)minute;
	h->second = (uint8_t)second;
	return true;
}

static bool
all_zero(lanes bytes)
{
	uint64_t halves[2];

	memcpy(halves, &bytes, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}

/* Whether the line begins as the layout says; digits become their values. */
static inline bool
fits(const struct header_layout *l, const char *line, unsigned char *digits, bool *same_hour)
{
	lanes outside = {0}, changed = {0};

	for (size_t i = 0; i < l->header.length; i += LANES) {
		lanes bytes, lowest, above, hour, last;
		memcpy(&bytes, line + i, LANES);
		memcpy(&lowest, l->lowest + i, LANES);
		memcpy(&above, l->above + i, LANES);
		memcpy(&hour, l->hour + i, LANES);
		memcpy(&last, l->last + i, LANES);
		bytes -= lowest;
		memcpy(digits + i, &bytes, LANES);
		outside |= (lanes)(bytes > above);
		changed |= (bytes ^ last) & hour;
	}
	*same_hour = all_zero(changed);
	return all_zero(outside);
}

/* False: the grammar must be asked about every such line. */
static bool
make_layout(struct header_layout *l, struct str line, const struct header *h)
{
	uint8_t script = h->shape.digits, bytes = scripts[script].bytes,
		zero = scripts[script].zero;
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
			l->last[i] = (unsigned char)(line.ptr[i] - zero);
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
	if (l->count != 5 + h->shape.seconds)
		return false;
	const struct layout_number *date = numbers_of_date(l), *time = numbers_of_time(l);
	const struct layout_number hour[] = {date[0], date[1], date[2], time[0]};
	for (size_t n = 0; n < sizeof(hour) / sizeof(hour[0]); n++)
		for (unsigned i = 0; i < hour[n].width; i++)
			l->hour[hour[n].at + i * bytes] = 0xFF;
	for (size_t n = 1; n < l->count - 3u; n++)
		if (time[n].width != 2)
			return false;
	/* What was taken for numbers is what the grammar took for them. */
	return read_hour(l, l->last, &again) && read_minute(l, l->last, &again) &&
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

/* What no layout says, the grammar does; and a layout is made of it. */
static const struct header *
scan_new(struct header_layouts *all, struct str line)
{
	struct header *h = &all->scanned;

	if (!header_scan(line, h))
		return NULL;
	size_t place = all->count < LAYOUTS ? all->count : all->order[LAYOUTS - 1];
	struct header_layout made;
	if (!make_layout(&made, line, h))
		return h;
	all->known[place] = made;
	if (all->count < LAYOUTS)
		all->order[all->count++] = (uint8_t)place;
	move_to_front(all, all->count - 1u);
	return &all->known[place].header;
}

const struct header *
header_layouts_scan(struct header_layouts *all, struct str line, size_t readable, bool *same_hour)
{
	char copy[LAYOUT_BYTES];
	const char *begin = line.ptr;
	unsigned char digits[LAYOUT_BYTES];

	*same_hour = false;
	if (line.len < HEADER_LEAST)
		return NULL;
	if (readable < LAYOUT_BYTES) {
		memset(copy, 0, sizeof(copy));
		memcpy(copy, line.ptr, line.len < sizeof(copy) ? line.len : sizeof(copy));
		begin = copy;
	}
	for (size_t i = 0; i < all->count; i++) {
		struct header_layout *l = &all->known[all->order[i]];
		if (l->header.length >= line.len || !fits(l, begin, digits, same_hour))
			continue;
		if (!read_minute(l, digits, &l->header))
			break;
		if (!*same_hour) {
			if (!read_hour(l, digits, &l->header))
				break;
			memcpy(l->last, digits, l->header.length);
		}
		if (i > 0)
			move_to_front(all, i);
		return &l->header;
	}
	*same_hour = false;
	return scan_new(all, line);
}
