/*
 * south_slavic.c -- Subtitles, and lists made of them, have these three languages in each other's
 * folders, so their labels teach nothing. What is known: Serbian mostly has e where the others have
 * ije or je; Croatian has words of its own, and Bosnian shares those of Serbian but for a few.
 * Tables by us.
 */
#include "south_slavic.h"

#include "../../stages/detect-lang/text_words.h"
#include "base/buf.h"
#include "text/utf8.h"

enum { EKAVIAN, IJEKAVIAN, CROATIAN, EASTERN, BOSNIAN, SERBIAN, KINDS };

static const char *const words[KINDS] = {
	[EKAVIAN] = " lepo lep lepa lepi lepe mleko dete deteta reč reči vreme vremena mesto mesta "
		    "mestu pesma "
		    "pesmu pesme čovek čoveka čoveče gde ovde negde nigde svugde uvek posle pre "
		    "hteo htela "
		    "video videla videti voleo volela voleti razumeo razumela devojka devojke "
		    "devojku leto svet "
		    "sveta svetu sneg rešenje rešiti pobeda pobediti telo tela vera veruj veruje "
		    "verujem verovati "
		    "mera deo dela celo ceo cela celu beo bela bele zvezda sećaš sećam seća "
		    "nedelja nedelju nedelje "
		    "vest vesti savet greška sreda ponedeljak levo deca dece smešno smeh pevati "
		    "peva mesec "
		    "meseca meseci dve obe živeti živeo živela umreo umrla želeo želela želeti "
		    "želim trebalo misleo "
		    "mislela reka rečima primer uspeh uspeo uspela nemački nedelju odelo delo "
		    "bezbedno medved svetlo "
		    "osećam osećaj osećaš razumem razumeš umem umeš smeš smem smeo primetio "
		    "zameniti vredi vredan ",
	[IJEKAVIAN] = " lijepo lijep lijepa lijepi lijepe mlijeko dijete djeteta riječ riječi "
		      "vrijeme mjesto mjesta "
		      "mjestu pjesma pjesmu pjesme čovjek čovjeka čovječe gdje ovdje negdje nigdje "
		      "svugdje uvijek poslije "
		      "prije htio htjela vidio vidjela vidjeti volio voljela voljeti razumio "
		      "razumjela djevojka djevojke "
		      "djevojku ljeto svijet svijeta svijetu snijeg rješenje riješiti pobjeda "
		      "pobijediti tijelo tijela "
		      "vjera vjeruj vjeruje vjerujem vjerovati mjera dio dijela cijelo cijeli "
		      "cijela cijelu bijelo bijela "
		      "bijeli zvijezda sjećaš sjećam sjeća nedjelja nedjelju vijest vijesti savjet "
		      "srijeda ponedjeljak "
		      "lijevo djeca djece smiješno smijeh pjevati pjeva mjesec mjeseca mjeseci "
		      "dvije obje živjeti živio "
		      "živjela željela željeti rijeka primjer uspjeh uspio uspjela njemački "
		      "odijelo djelo medvjed svjetlo "
		      "osjećam osjećaj osjećaš razumijem razumiješ umijem umiješ smiješ smijem "
		      "smio primijetio vrijedi "
		      "vrijedan zamijeniti nijemac također jučer ",
	[CROATIAN] = " tko netko nitko svatko što tisuća tisuću tisuće vlak vlakom kruh kruha "
		     "zrakoplov zračna sveučilište "
		     "nogomet siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan "
		     "listopad studeni prosinac "
		     "glazba glazbu glazbe opći kava kavu tjedan tjedna tjedno kazalište obitelj "
		     "obitelji juha juhu žlica "
		     "grah rajčica povijest povijesti europa europe europi liječnik liječnika "
		     "sudac kemija točka točno točan "
		     "uvjet otok otoka ured uredu novac zrak tvornica glede gospodin gospođica "
		     "tijekom nazočan izvješće "
		     "putovnica krumpir vrhnje škare ručnik tanjur gospodarstvo ravnatelj tajnik "
		     "vojska postrojba zapovjednik "
		     "časnik satnik bojna promet kolodvor odvjetnik zrakoplova priopćenje uporaba "
		     "rabiti kuna sretan ",
	[EASTERN] = " šta ko neko niko svako hiljada hiljadu hiljade voz vozom avion avionom "
		    "univerzitet fudbal januar "
		    "februar mart april maj juni juli jun jul august avgust septembar oktobar "
		    "novembar decembar muzika "
		    "muziku muzike porodica porodicu porodice supa supu kašika paradajz tačka "
		    "tačno tačan uslov uslovi "
		    "ostrvo ostrva sudija hemija fabrika fabriku pasoš peškir makaze advokat "
		    "stanica pozorište vazduh "
		    "komandir oficir kancelarija kancelariju novčanik pare dolari evropa evrope "
		    "evropi krompir general "
		    "saradnja saradnju učestvovati izvještaj izveštaj ",
	[BOSNIAN] = " lahko mehko polahko kahva kahvu historija historije historiju hljeb hljeba "
		    "općina općine "
		    "sedmica sedmicu sedmice sedmici ljekar ljekara uopće halal sabah babo amidža "
		    "dženaza selam "
		    "insallah mahala kahve uhićen hajde bosni bosna sarajevo sarajevu bosanski "
		    "fudbaler sahat hefta ",
	[SERBIAN] = " takođe juče hleb hleba kafa kafu kafe istorija istorije istoriju uopšte "
		    "opšti opština lekar "
		    "lekara srećan srećna srbija srbije srbiji beograd beogradu biće moraće radiće "
		    "imaće "
		    "daću biću imaću moraću videću srpski časova čas fudbaler oktobra jul avgusta ",
};

static bool
is_listed(const char *list, struct str word)
{
	struct buf wanted = {0};

	buf_printf(&wanted, " %.*s ", STR_ARG(word));
	bool found = strstr(list, buf_cstr(&wanted)) != NULL;
	buf_free(&wanted);
	return found;
}

struct str
south_slavic_label(struct str text)
{
	static struct text_words read;
	size_t n[KINDS] = {0};
	struct buf word = {0};

	text_words_read(&read, text);
	for (size_t i = 0; i < read.word_count; i++) {
		buf_clear(&word);
		for (size_t k = 0; k < read.words[i].count; k++)
			utf8_add(&word, read.letters[read.words[i].first + k]);
		for (int kind = 0; kind < KINDS; kind++)
			n[kind] += is_listed(words[kind], buf_str(&word));
	}
	buf_free(&word);
	size_t serbian = n[EKAVIAN] + n[SERBIAN], western = n[IJEKAVIAN] + n[BOSNIAN] + n[CROATIAN];
	if (serbian > western)
		return STR("sr");
	if (western == 0 || serbian > 0)
		return (struct str){0};
	if (n[CROATIAN] > n[BOSNIAN] + n[EASTERN])
		return STR("hr");
	return n[BOSNIAN] + n[EASTERN] > n[CROATIAN] ? STR("bs") : (struct str){0};
}
