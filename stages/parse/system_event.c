/*
 * A pattern is WhatsApp's own words with places for what changes:
 *   %A the actor, %T the targets ("A, B and C"), %V a value, %* anything.
 * A place takes the least that lets the rest match, the last one all there is. Quotation marks
 * around a value are taken off, whichever they are. The first pattern that fits wins, so the longer
 * of two that begin alike stands first.
 */
#include "system_event.h"
#include "wording.h"
#include <pthread.h>

static const struct event_pattern {
	const char *event, *pattern;
} patterns[] = {
	/* en */
	{"security_code_changed", "Your security code with %T changed%*"},
	{"security_code_changed", "%A's security code with %T changed%*"},
	{"number_changed", "%A changed their phone number to a new number%*"},
	{"number_changed", "%A changed to +%V"},
	{"group_created", "%A created group %V"},
	{"group_created", "%A created this group"},
	{"subject_changed", "%A changed the group name from %* to %V"},
	{"subject_changed", "%A changed the group name to %V"},
	{"subject_changed", "%A changed the subject from %* to %V"},
	{"subject_changed", "%A changed the subject to %V"},
	{"icon_changed", "%A changed this group's icon"},
	{"icon_deleted", "%A deleted this group's icon"},
	{"description_changed", "%A changed the group description%*"},
	{"description_deleted", "%A deleted the group description"},
	{"settings_changed", "%A changed this group's settings %V"},
	{"admin_added", "You're now an admin"},
	{"admin_added", "%T is now an admin"},
	{"admin_removed", "You're no longer an admin"},
	{"admin_removed", "%T is no longer an admin"},
	{"disappearing_on",
	 "%A turned on disappearing messages. New messages will disappear from this "
	 "chat %V after they're sent%*"},
	{"disappearing_on", "%A turned on disappearing messages%*"},
	{"disappearing_on",
	 "%A updated the message timer. New messages will disappear from this chat %V "
	 "after they're sent%*"},
	{"disappearing_off", "%A turned off disappearing messages%*"},
	{"join_approval_on", "%A turned on admin approval to join this group%*"},
	{"join_approval_off", "%A turned off admin approval to join this group%*"},
	{"privacy_on", "%A turned on advanced chat privacy%*"},
	{"privacy_off", "%A turned off advanced chat privacy%*"},
	{"contact_blocked", "%A blocked this contact%*"},
	{"contact_unblocked", "%A unblocked this contact%*"},
	{"message_pinned", "%A pinned a message"},
	{"contact_added", "%T is a contact"},
	{"call_started", "%A started a call"},
	{"call_started", "%A started a video call"},
	{"call_started", "%A started a voice call"},
	{"member_joined_by_link", "%A joined using this group's invite link"},
	{"member_joined", "%A joined from the community"},
	{"join_requested", "%A requested to join%*"},
	{"member_added", "%T was added"},
	{"member_added", "%T were added"},
	{"member_added", "%A added %T"},
	{"member_removed", "%A removed %T"},
	{"member_left", "%A left the group"},
	{"member_left", "%A left"},
	{"meta_ai_notice", "Only messages that mention or people share with @%*"},
	{"business_notice", "This business uses a secure service from Meta%*"},
	{"encryption_notice", "Messages to this chat and calls are now secured%*"},
	{"encryption_notice", "Messages to this group are now secured%*"},
	/* de */
	{"security_code_changed", "Dein Sicherheitscode für %T hat sich geändert%*"},
	{"security_code_changed", "Deine Sicherheitsnummer für %T hat sich geändert%*"},
	{"number_changed", "%A hat eine neue Telefonnummer%*"},
	{"number_changed", "%A hat zu +%V gewechselt"},
	{"group_created", "%A hat die Gruppe %V erstellt"},
	{"group_created", "%A hast die Gruppe %V erstellt"},
	{"group_created", "%A hast diese Gruppe erstellt"},
	{"subject_changed", "%A hat den Gruppennamen von %* zu %V geändert"},
	{"subject_changed", "%A hast den Gruppennamen von %* zu %V geändert"},
	{"subject_changed", "%A hat den Gruppennamen zu %V geändert"},
	{"subject_changed", "%A hast den Gruppennamen zu %V geändert"},
	{"subject_changed", "%A hat den Betreff von %* zu %V geändert"},
	{"subject_changed", "%A hat den Betreff zu %V geändert"},
	{"icon_changed", "%A hat das Gruppenbild geändert"},
	{"icon_changed", "%A hast das Gruppenbild geändert"},
	{"icon_deleted", "%A hat das Gruppenbild gelöscht"},
	{"icon_deleted", "%A hast das Gruppenbild gelöscht"},
	{"description_changed", "%A hat die Gruppenbeschreibung geändert"},
	{"description_changed", "%A hast die Gruppenbeschreibung geändert"},
	{"admin_added", "%T bist jetzt ein*e Admin"},
	{"admin_removed", "%T bist kein*e Admin mehr"},
	{"disappearing_on", "%A hat selbstlöschende Nachrichten aktiviert%*"},
	{"disappearing_on", "%A hast selbstlöschende Nachrichten aktiviert%*"},
	{"disappearing_on",
	 "%A die Nachrichtendauer aktualisiert. Neue Nachrichten bleiben nach dem Senden "
	 "%V in diesem Chat%*"},
	{"disappearing_off", "%A hat selbstlöschende Nachrichten deaktiviert%*"},
	{"disappearing_off", "%A hast selbstlöschende Nachrichten deaktiviert%*"},
	{"join_approval_on",
	 "%A hast die Admin-Genehmigung für den Beitritt zu dieser Gruppe aktiviert%*"},
	{"join_approval_on",
	 "%A hat die Genehmigung durch eine*n Admin für den Beitritt zu dieser Gruppe "
	 "aktiviert%*"},
	{"privacy_on", "%A hat den erweiterten Chat-Datenschutz eingeschaltet"},
	{"privacy_off", "%A hat den erweiterten Chat-Datenschutz ausgeschaltet"},
	{"contact_blocked", "%A hast diesen Kontakt blockiert%*"},
	{"contact_unblocked", "%A hast diesen Kontakt freigegeben%*"},
	{"contact_added", "%T ist ein Kontakt"},
	{"call_started", "%A hat einen Anruf gestartet"},
	{"call_started", "%A hat einen Videoanruf gestartet"},
	{"member_joined_by_link", "%A ist über den Einladungslink beigetreten"},
	{"member_joined_by_link", "%A bist über den Einladungslink beigetreten"},
	{"member_added", "%T wurden hinzugefügt"},
	{"member_added", "%T wurde hinzugefügt"},
	{"member_added", "%A hat %T hinzugefügt"},
	{"member_added", "%A hast %T hinzugefügt"},
	{"member_left", "%A hat die Gruppe verlassen"},
	{"member_left", "%A hast die Gruppe verlassen"},
	{"member_removed", "%A hat %T entfernt"},
	{"member_removed", "%A hast %T entfernt"},
	{"meta_ai_notice", "Nur Nachrichten, die @Meta%*"},
	/* es */
	{"group_created", "%A creó el grupo %V"},
	{"subject_changed", "%A cambió el asunto%* a %V"},
	{"icon_changed", "%A cambió la foto del grupo%*"},
	{"icon_changed", "%A cambió el ícono%*"},
	{"member_joined_by_link", "%A se unió usando%*"},
	{"member_added", "%A añadió a %T"},
	{"member_added", "%A agregó a %T"},
	{"member_removed", "%A eliminó a %T"},
	{"member_removed", "%A quitó a %T"},
	{"member_left", "%A salió del grupo"},
	{"member_left", "%A salió"},
	/* fr */
	{"group_created", "%A a créé le groupe %V"},
	{"subject_changed", "%A a modifié le sujet%* à %V"},
	{"subject_changed", "%A a modifié le sujet%*"},
	{"icon_changed", "%A a changé la photo du groupe%*"},
	{"icon_changed", "%A a changé l'icône%*"},
	{"member_joined_by_link", "%A a rejoint via%*"},
	{"member_joined_by_link", "%A a rejoint le groupe en utilisant le lien%*"},
	{"member_added", "%A a ajouté %T"},
	{"member_removed", "%A a retiré %T"},
	{"member_left", "%A a quitté%*"},
	/* it */
	{"group_created", "%A ha creato il gruppo %V"},
	{"subject_changed", "%A ha cambiato l'oggetto%* a %V"},
	{"subject_changed", "%A ha modificato l'oggetto%* a %V"},
	{"icon_changed", "%A ha cambiato l'immagine del gruppo%*"},
	{"member_joined_by_link", "%A usando il link%*"},
	{"member_added", "%A ha aggiunto %T"},
	{"member_removed", "%A ha rimosso %T"},
	{"member_left", "%A ha abbandonato%*"},
	{"member_left", "%A ha lasciato%*"},
	/* nl */
	{"group_created", "%A heeft de groep %V aangemaakt"},
	{"group_created", "%A heeft de groep %V gemaakt"},
	{"subject_changed", "%A heeft het onderwerp %* naar %V"},
	{"subject_changed", "%A heeft het onderwerp%*"},
	{"icon_changed", "%A heeft de groepsfoto %*"},
	{"icon_changed", "%A afbeelding gewijzigd"},
	{"member_joined_by_link", "%A via de uitnodigingslink%*"},
	{"member_left", "%A heeft de groep verlaten"},
	{"member_added", "%A heeft %T toegevoegd"},
	{"member_removed", "%A heeft %T verwijderd"},
	/* pt */
	{"group_created", "%A criou o grupo %V"},
	{"group_created", "%A criou este grupo"},
	{"subject_changed", "%A mudou o nome %* para %V"},
	{"subject_changed", "%A mudou o assunto %* para %V"},
	{"icon_changed", "%A mudou a imagem%*"},
	{"member_joined_by_link", "%A entrou usando o link%*"},
	{"member_added", "%A adicionou %T"},
	{"member_removed", "%A removeu %T"},
	{"member_left", "%A saiu"},
	/* ru */
	{"group_created", "%A создал(-а) группу %V"},
	{"subject_changed", "%A изменил(-а) %* на «%V"},
	{"icon_changed", "%A изменил(-а)%*"},
	{"member_joined_by_link", "%A присоединился%*"},
	{"member_added", "%A добавил(-а) %T"},
	{"member_removed", "%A удалил(-а) %T"},
	{"member_left", "%A вышел(-а)%*"},
	/* ar, id, pt-PT, th, uk */
	{"security_code_changed", "تغيّر رمز أمانك المُستخدَم مع %T. انقر%*"},
	{"security_code_changed", "Kode keamanan Anda dengan %T telah berubah%*"},
	{"security_code_changed", "O seu código de segurança partilhado com %T mudou%*"},
	{"security_code_changed", "รหัสความปลอดภัยของคุณกับ %T มีการเปลี่ยนแปลง%*"},
	{"encryption_notice", "ข้อความและการโทรได้รับการเข้ารหัสจากต้นทางถึงปลายทาง%*"},
	{"security_code_changed", "Код безпеки з контактом %T змінився%*"},
	/* tr */
	{"group_created", "%A bu grubu oluşturdu"},
	{"subject_changed", "%A grup adını %V olarak değiştirdi"},
	{"icon_changed", "%A bu grubun simgesini değiştirdi"},
	{"member_added", "%A sizi ekledi"},
	/* zh */
	{"group_created", "%A创建了此群组%*"},
	{"group_created", "%A建立了此群組%*"},
	{"subject_changed", "%A更改了本群组%*"},
	{"subject_changed", "%A已變更本群組%*"},
	{"member_joined_by_link", "%A加入群组%*"},
	{"member_joined_by_link", "%A加入了群組%*"},
	{"member_added", "%A添加了%T"},
	{"member_added", "%A已新增%T"},
	{"member_removed", "%A移除了%T"},
	{"member_removed", "%A已移除%T"},
	{"member_left", "%A退出了群组"},
	{"member_left", "%A已離開群組"},
};

static struct str
without_quotes(struct str s)
{
	static const struct {
		struct str open, close;
	} quotes[] = {
		{{"\"", 1}, {"\"", 1}}, {{"“", 3}, {"”", 3}},   {{"„", 3}, {"“", 3}},
		{{"«", 2}, {"»", 2}},   {{"「", 3}, {"」", 3}},
	};

	s = str_trim(s);
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		if (s.len < quotes[i].open.len + quotes[i].close.len ||
		    !str_starts(s, quotes[i].open))
			continue;
		struct str inner = str_tail(s, quotes[i].open.len);
		if (str_ends(inner, STR(".")))
			inner.len--;
		if (str_ends(inner, quotes[i].close))
			return str_head(inner, inner.len - quotes[i].close.len);
	}
	return s;
}

/* "A, B and C": the commas part them, and the word before the last one is taken off where it is
 * known. A name with a comma in it comes apart. */
static size_t
split_targets(struct str list, struct str *targets)
{
	static const struct str words[] = {{" and ", 5}, {" und ", 5}, {" y ", 3}, {" et ", 4},
					   {" e ", 3},   {" en ", 4},  {" и ", 4}};
	size_t count = 0;

	while (list.len > 0 && count < EVENT_TARGETS) {
		size_t at = str_find(list, STR(", ")), skip = 2;
		if (at == list.len) {
			skip = 0;
			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && skip == 0; i++) {
				size_t found = str_find(list, words[i]);
				if (found < list.len) {
					at = found;
					skip = words[i].len;
				}
			}
		}
		struct str name = str_trim(str_head(list, at));
		if (name.len > 0)
			targets[count++] = name;
		list = str_tail(list, at + skip);
	}
	return count;
}

static void
take_place(struct system_event_read *to, char place, struct str found)
{
	switch (place) {
	case 'A':
		to->event.actor = str_trim(found);
		break;
	case 'T':
		to->event.target_count = split_targets(found, to->targets);
		break;
	case 'V':
		to->event.value = without_quotes(found);
		break;
	default: /* anything */
		break;
	}
}

static bool
matches(const char *pattern, struct str line, struct system_event_read *to)
{
	const char *begin = line.ptr;
	bool said = false;

	to->event = (struct system_event){0};
	while (*pattern != '\0') {
		char place = 0;
		if (*pattern == '%') {
			place = pattern[1];
			pattern += 2;
		}
		struct str words = {pattern, strcspn(pattern, "%")};
		pattern += words.len;
		bool last = *pattern == '\0' && place != 0 && words.len > 0;
		size_t at = last && str_ends(line, words) ? line.len - words.len
							  : str_find(line, words);
		if (words.len == 0)
			at = line.len;
		else if (at == line.len || (place == 0 && at != 0) ||
			 (place != 0 && place != '*' && at == 0))
			return false;
		if (words.len > 0 && !said) {
			to->said = (size_t)(line.ptr - begin) + at;
			said = true;
		}
		take_place(to, place, str_head(line, at));
		line = str_tail(line, at + words.len);
	}
	return line.len == 0;
}

/* The pairs of bytes in s, as bits. A line that lacks one of a pattern's is not looked at. */
static uint64_t
pairs_of(struct str s)
{
	uint64_t pairs = 0;

	for (size_t i = 1; i < s.len; i++)
		pairs |= 1ull << (((unsigned char)s.ptr[i - 1] * 37u + (unsigned char)s.ptr[i]) &
				  63);
	return pairs;
}

#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))
static uint64_t pairs_needed[PATTERNS];
static pthread_once_t pairs_once = PTHREAD_ONCE_INIT;

static void
find_pairs_needed(void)
{
	for (size_t i = 0; i < PATTERNS; i++)
		for (const char *p = patterns[i].pattern; *p != '\0';) {
			struct str words = {p, strcspn(p, "%")};
			pairs_needed[i] |= pairs_of(words);
			p += words.len;
			p += *p == '%' ? 2 : 0;
		}
}

bool
system_event_find(struct str line, struct system_event_read *to)
{
	struct str whole = line;

	if (line.len > 4096)
		return false;
	pthread_once(&pairs_once, find_pairs_needed);
	while (line.len > 0 && (line.ptr[line.len - 1] == '.' || line.ptr[line.len - 1] == ' '))
		line.len--;
	if (str_ends(line, STR("。")))
		line.len -= 3;
	to->said = 0;
	if (wording_find(WORDING_BODY, wording_first_sentence(line), NULL) == WORDING_ENCRYPTION) {
		to->event = (struct system_event){.event = STR("encryption_notice"), .text = whole};
		return true;
	}
	uint64_t pairs = pairs_of(line);
	for (size_t i = 0; i < PATTERNS; i++)
		if ((pairs_needed[i] & ~pairs) == 0 && matches(patterns[i].pattern, line, to)) {
			to->event.event = str_of(patterns[i].event);
			to->event.text = whole;
			to->event.targets = to->targets;
			return true;
		}
	return false;
}
