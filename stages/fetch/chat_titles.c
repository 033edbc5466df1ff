#include "chat_titles.h"

#include "text/utf8.h"
#include <stdlib.h>
#include <strings.h>
#include <utf8proc.h>

/* Where the title stands, by language; facts, gathered by the projects named in the comment at the
 * end of the table. In NFC, without direction marks. Case of ASCII letters is ignored. */
static const struct wording {
	const char *before, *after;
} wordings[] = {
	/* clang-format off */
	{"WhatsApp Chat - ", ""}, /* iOS, all languages */
	{"WhatsApp Gesprek met ", ""}, /* af */
	{"دردشة واتساب مع ", ""}, /* ar */
	{"", " ilə WhatsApp Söhbəti"}, /* az */
	{"WhatsApp Чат с ", ""}, /* bg */
	{"", " এর সাথে WhatsApp চ্যাট"}, /* bn */
	{"Xat de WhatsApp amb ", ""}, /* ca */
	{"Chat WhatsApp s uživatelem ", ""}, /* cs */
	{"WhatsApp chat med ", ""}, /* da */
	{"WhatsApp Chat mit ", ""}, /* de */
	{"WhatsApp-Chat mit ", ""}, /* de */
	{"Συνομιλία WhatsApp με ", ""}, /* el */
	{"WhatsApp Chat with ", ""}, /* en */
	{"WhatsApp-Chat with ", ""}, /* de, newer */
	{"Chat de WhatsApp con ", ""}, /* es */
	{"WhatsApp'i vestlus kontaktiga ", ""}, /* et */
	{"گفتگوی WhatsApp با ", ""}, /* fa */
	{"WhatsApp-keskustelu henkilön ", " kanssa"}, /* fi */
	{"Discussion WhatsApp avec ", ""}, /* fr */
	{"", " સાથેની WhatsApp વાત"}, /* gu */
	{"צ'אט WhatsApp עם ", ""}, /* he */
	{"", " के साथ WhatsApp चैट"}, /* hi */
	{"WhatsApp razgovor s ", ""}, /* hr */
	{"WhatsApp csevegés vele: ", ""}, /* hu */
	{"Chat WhatsApp dengan ", ""}, /* id */
	{"Chat WhatsApp con ", ""}, /* it */
	{"", "とのWhatsAppチャット"}, /* ja */
	{"WhatsApp чат: ", ""}, /* kk */
	{"", " ಜೊತೆ WhatsApp ಸಂಭಾಷಣೆ"}, /* kn */
	{"", "님과의 WhatsApp 대화"}, /* ko */
	{"WhatsApp pokalbis su ", ""}, /* lt */
	{"WhatsApp sarakste ar ", ""}, /* lv */
	{"WhatsApp разговор со ", ""}, /* mk */
	{"", " മായുള്ള WhatsApp ചാറ്റുകൾ"}, /* ml */
	{"", " सोबतच्या WhatsApp गप्पा"}, /* mr */
	{"Sembang WhatsApp dengan ", ""}, /* ms */
	{"WhatsApp-samtale med ", ""}, /* nb */
	{"WhatsApp-chat met ", ""}, /* nl */
	{"", " ਨਾਲ WhatsApp ਗੱਲਬਾਤ"}, /* pa */
	{"Czat WhatsApp z ", ""}, /* pl */
	{"Conversa do WhatsApp com ", ""}, /* pt-BR */
	{"Conversa no WhatsApp com ", ""}, /* pt-PT */
	{"Conversație WhatsApp cu ", ""}, /* ro */
	{"Чат WhatsApp с ", ""}, /* ru */
	{"Чат WhatsApp с контактом ", ""}, /* ru */
	{"WhatsApp chat s používateľom ", ""}, /* sk */
	{"WhatsApp klepet z ", ""}, /* sl */
	{"Biseda me ", " në WhatsApp"}, /* sq */
	{"WhatsApp Ћаскање са ", ""}, /* sr */
	{"WhatsApp-chatt med ", ""}, /* sv */
	{"Soga za WhatsApp na ", ""}, /* sw */
	{"", " உடன் WhatsApp உரையாடல்"}, /* ta */
	{"", " తో WhatsApp సంభాషణ"}, /* te */
	{"แชท WhatsApp กับ ", ""}, /* th */
	{"WhatsApp Chat kay ", ""}, /* tl */
	{"", " ile WhatsApp Sohbeti"}, /* tr */
	{"Бесіда WhatsApp з ", ""}, /* uk */
	{"", " کے ساتھ WhatsApp بات چیت"}, /* ur */
	{"", " bilan WhatsApp chati"}, /* uz */
	{"Trò chuyện WhatsApp với ", ""}, /* vi */
	{"WhatsApp 与 ", " 的对话"}, /* zh-CN, zh-SG */
	{"WhatsApp 與 ", " 的對話"}, /* zh-HK, zh-TW */
	{"与", "的WhatsApp聊天"}, /* zh-CN */
	{"与", "的 WhatsApp 聊天"}, /* zh-CN */
	{"與", "的WhatsApp對話"}, /* zh-TW */
	{"與", "的 WhatsApp 對話"}, /* zh-TW */
	/* clang-format on */
};
/* Sources: the file name tables of dezi/ChatMatter (LanguageTags.java), mlomb/chat-analytics
 * (parsers/WhatsApp.ts: de, en, es, fr, iOS, pt, ru) and ChatLab/ChatLab (browser/whatsapp.ts: the
 * last four); "WhatsApp-Chat with" from mtln/chat-export, issue 13; "Чат WhatsApp с контактом" from
 * a file name in starkdmi/whats_json. */

/* " (1)", " (12)": what a file manager puts behind a name that is taken. */
static struct str
without_copy_number(struct str name)
{
	size_t digits = 0;

	if (!str_ends(name, STR(")")))
		return name;
	while (digits < 2 && digits + 3 < name.len && name.ptr[name.len - 2 - digits] >= '0' &&
	       name.ptr[name.len - 2 - digits] <= '9')
		digits++;
	struct str head = str_head(name, name.len - 1 - digits);
	return digits > 0 && str_ends(head, STR(" (")) ? str_head(head, head.len - 2) : name;
}

/* Of the last part of a path, what stands before .txt, .zip or .txt.zip. */
static struct str
stem_of(struct str name, bool copied)
{
	const char *slash = name.len == 0 ? NULL : memrchr(name.ptr, '/', name.len);

	if (slash != NULL)
		name = str_tail(name, (size_t)(slash - name.ptr) + 1);
	for (int round = 0; round < 2; round++) {
		if (copied)
			name = without_copy_number(name);
		if (name.len > 4 && (strncasecmp(name.ptr + name.len - 4, ".txt", 4) == 0 ||
				     strncasecmp(name.ptr + name.len - 4, ".zip", 4) == 0))
			name.len -= 4;
	}
	return copied ? without_copy_number(name) : name;
}

static bool
is_direction_mark(uint32_t c)
{
	return c == 0x200E || c == 0x200F || c == 0xFEFF || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* The name as it is compared: repaired, without direction marks and control characters, NFC. */
static void
clean(struct str name, struct buf *to)
{
	struct buf whole = {0}, kept = {0};
	utf8proc_uint8_t *composed = NULL;

	utf8_repair(&whole, name);
	for (struct str rest = buf_str(&whole); rest.len > 0;) {
		uint32_t c = utf8_next(&rest);
		bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
		if (!is_direction_mark(c) && !control)
			utf8_add(&kept, c);
	}
	utf8proc_ssize_t len =
		utf8proc_map((const utf8proc_uint8_t *)kept.ptr, (utf8proc_ssize_t)kept.len,
			     &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	buf_clear(to);
	buf_add(to, len < 0 ? buf_str(&kept) : (struct str){(char *)composed, (size_t)len});
	free(composed);
	buf_free(&whole);
	buf_free(&kept);
}

/* Where the title stands in a clean name: that of the wording with most bytes. */
static bool
find_title(struct str name, struct str *title)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(wordings) / sizeof(*wordings); i++) {
		struct str before = str_of(wordings[i].before), after = str_of(wordings[i].after);
		size_t worded = before.len + after.len;
		if (worded <= best || name.len <= worded ||
		    strncasecmp(name.ptr, before.ptr, before.len) != 0 ||
		    strncasecmp(name.ptr + name.len - after.len, after.ptr, after.len) != 0)
			continue;
		struct str found = str_trim((struct str){name.ptr + before.len, name.len - worded});
		if (found.len > 0) {
			best = worded;
			*title = found;
		}
	}
	return best > 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Undoes %XX, and then, when asked, `_` for a space. */
static void
unescape(struct str name, bool underscores, struct buf *to)
{
	buf_clear(to);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		int high = -1, low = -1;
		if (c == '%' && name.len - i > 2) {
			high = hex_value(name.ptr[i + 1]);
			low = hex_value(name.ptr[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		buf_add_byte(to, underscores && c == '_' ? ' ' : c);
	}
}

bool
chat_title(struct str name, bool copied, struct buf *title)
{
	struct buf cleaned = {0}, unescaped = {0};
	struct str stem = stem_of(name, copied), found = {0};
	bool worded;

	clean(stem, &cleaned);
	worded = find_title(buf_str(&cleaned), &found);
	for (int underscores = 0; underscores <= 1 && !worded; underscores++) {
		unescape(stem, underscores == 1, &unescaped);
		clean(stem_of(buf_str(&unescaped), copied), &cleaned);
		worded = find_title(buf_str(&cleaned), &found);
	}
	if (!worded) {
		clean(stem, &cleaned);
		found = str_trim(buf_str(&cleaned));
	}
	buf_clear(title);
	buf_add(title, found);
	buf_free(&cleaned);
	buf_free(&unescaped);
	return worded;
}
