#include "romanise_tables.h"

#include <stddef.h>

/* clang-format off */
static const struct letter_spelling hindi[] = {
	{"क्ष", "ksh|x", CONSONANT}, {"ज्ञ", "gy", CONSONANT}, {"क़", "q|k", CONSONANT}, {"ख़", "kh", CONSONANT},
	{"ग़", "gh|g", CONSONANT}, {"ज़", "z|j", CONSONANT}, {"ड़", "d|r", CONSONANT}, {"ढ़", "dh|rh", CONSONANT},
	{"फ़", "f", CONSONANT},
	{"क", "k", CONSONANT}, {"ख", "kh", CONSONANT}, {"ग", "g", CONSONANT}, {"घ", "gh", CONSONANT}, {"ङ", "n", CONSONANT},
	{"च", "ch|c", CONSONANT}, {"छ", "chh|ch", CONSONANT}, {"ज", "j", CONSONANT}, {"झ", "jh", CONSONANT}, {"ञ", "n", CONSONANT},
	{"ट", "t", CONSONANT}, {"ठ", "th", CONSONANT}, {"ड", "d", CONSONANT}, {"ढ", "dh", CONSONANT}, {"ण", "n", CONSONANT},
	{"त", "t", CONSONANT}, {"थ", "th", CONSONANT}, {"द", "d", CONSONANT}, {"ध", "dh", CONSONANT}, {"न", "n", CONSONANT},
	{"प", "p", CONSONANT}, {"फ", "f|ph", CONSONANT}, {"ब", "b", CONSONANT}, {"भ", "bh", CONSONANT}, {"म", "m", CONSONANT},
	{"य", "y", CONSONANT}, {"र", "r", CONSONANT}, {"ल", "l", CONSONANT}, {"व", "v|w", CONSONANT}, {"श", "sh", CONSONANT},
	{"ष", "sh", CONSONANT}, {"स", "s", CONSONANT}, {"ह", "h", CONSONANT},
	{"ा", "a|aa", SIGN}, {"ि", "i", SIGN}, {"ी", "i|ee", SIGN}, {"ु", "u", SIGN}, {"ू", "u|oo", SIGN}, {"ृ", "ri", SIGN},
	{"े", "e", SIGN}, {"ै", "ai|e", SIGN}, {"ो", "o", SIGN}, {"ौ", "au|o", SIGN}, {"ॉ", "o", SIGN}, {"ॅ", "e", SIGN}, {"्", "", KILLER},
	{"आ", "aa|a", LETTER}, {"अ", "a", LETTER}, {"इ", "i", LETTER}, {"ई", "i|ee", LETTER}, {"उ", "u", LETTER}, {"ऊ", "oo|u", LETTER},
	{"ए", "e", LETTER}, {"ऐ", "ai", LETTER}, {"ओ", "o", LETTER}, {"औ", "au", LETTER}, {"ऑ", "o", LETTER}, {"ऋ", "ri", LETTER},
	{"ं", "n", LETTER}, {"ँ", "n|", LETTER}, {"ः", "h|", LETTER}, {0}};
static const struct letter_spelling hindi_words[] = {
	{"है", "hai|h", LETTER}, {"हैं", "hain|hai", LETTER}, {"में", "mein|me|main", LETTER}, {"मैं", "main|mai", LETTER}, {"नहीं", "nahi|nhi|nahin", LETTER},
	{"क्या", "kya|kia", LETTER}, {"और", "aur", LETTER}, {"यह", "ye|yeh", LETTER}, {"वह", "wo|woh|vo", LETTER}, {"हूँ", "hu|hoon|hun", LETTER}, {"हूं", "hu|hoon", LETTER},
	{"बहुत", "bahut|bohot|bht", LETTER}, {"कुछ", "kuch|kuchh", LETTER}, {"मुझे", "mujhe|muje", LETTER}, {"क्यों", "kyu|kyun|kyon", LETTER}, {"अच्छा", "accha|acha|achha", LETTER},
	{"ठीक", "thik|theek|thk", LETTER}, {"भी", "bhi|b", LETTER}, {"तुम", "tum", LETTER}, {"आप", "aap|ap", LETTER}, {"को", "ko", LETTER}, {"से", "se", LETTER}, {"पर", "par|pe", LETTER},
	{"हम", "hum|ham", LETTER}, {"कर", "kar|kr", LETTER}, {"रहा", "raha|rha", LETTER}, {"रही", "rahi|rhi", LETTER}, {"रहे", "rahe|rhe", LETTER}, {"गया", "gaya|gya", LETTER},
	{"लिए", "liye|lie", LETTER}, {"साथ", "sath|saath", LETTER}, {"आज", "aaj|aj", LETTER}, {"कल", "kal", LETTER}, {"हाँ", "haan|ha|han", LETTER}, {"हां", "haan|ha", LETTER},
	{"कैसे", "kaise|kese", LETTER}, {"बात", "baat|bat", LETTER}, {"वो", "wo|vo", LETTER}, {"ये", "ye", LETTER}, {"मेरा", "mera", LETTER}, {"मेरे", "mere", LETTER}, {"यार", "yaar|yar", LETTER}, {0}};
static const struct letter_spelling bengali[] = {
	{"ক্ষ", "kkh|kh", CONSONANT}, {"জ্ঞ", "gg|gy", CONSONANT}, {"ড়", "r", CONSONANT}, {"ঢ়", "rh", CONSONANT}, {"য়", "y", CONSONANT},
	{"ক", "k", CONSONANT}, {"খ", "kh", CONSONANT}, {"গ", "g", CONSONANT}, {"ঘ", "gh", CONSONANT}, {"ঙ", "ng", CONSONANT},
	{"চ", "ch|c", CONSONANT}, {"ছ", "ch|s", CONSONANT}, {"জ", "j", CONSONANT}, {"ঝ", "jh", CONSONANT}, {"ঞ", "n", CONSONANT},
	{"ট", "t", CONSONANT}, {"ঠ", "th", CONSONANT}, {"ড", "d", CONSONANT}, {"ঢ", "dh", CONSONANT}, {"ণ", "n", CONSONANT},
	{"ত", "t", CONSONANT}, {"থ", "th", CONSONANT}, {"দ", "d", CONSONANT}, {"ধ", "dh", CONSONANT}, {"ন", "n", CONSONANT},
	{"প", "p", CONSONANT}, {"ফ", "f|ph", CONSONANT}, {"ব", "b", CONSONANT}, {"ভ", "bh|v", CONSONANT}, {"ম", "m", CONSONANT},
	{"য", "j", CONSONANT}, {"র", "r", CONSONANT}, {"ল", "l", CONSONANT}, {"শ", "sh|s", CONSONANT}, {"ষ", "sh|s", CONSONANT},
	{"স", "s|sh", CONSONANT}, {"হ", "h", CONSONANT}, {"ৎ", "t", LETTER}, {"ং", "ng", LETTER}, {"ঃ", "", LETTER}, {"ঁ", "", LETTER},
	{"া", "a", SIGN}, {"ি", "i", SIGN}, {"ী", "i|ee", SIGN}, {"ু", "u", SIGN}, {"ূ", "u", SIGN}, {"ৃ", "ri", SIGN},
	{"ে", "e", SIGN}, {"ৈ", "oi", SIGN}, {"ো", "o", SIGN}, {"ৌ", "ou", SIGN}, {"্", "", KILLER},
	{"আ", "a|aa", LETTER}, {"অ", "o", LETTER}, {"ই", "i", LETTER}, {"ঈ", "i", LETTER}, {"উ", "u", LETTER}, {"ঊ", "u", LETTER},
	{"এ", "e", LETTER}, {"ঐ", "oi", LETTER}, {"ও", "o", LETTER}, {"ঔ", "ou", LETTER}, {"ঋ", "ri", LETTER}, {0}};
static const struct letter_spelling bengali_words[] = {
	{"আমি", "ami", LETTER}, {"তুমি", "tumi", LETTER}, {"আপনি", "apni", LETTER}, {"কি", "ki", LETTER}, {"কী", "ki", LETTER}, {"না", "na", LETTER}, {"আছে", "ache|ase", LETTER}, {"করে", "kore", LETTER},
	{"কেমন", "kemon", LETTER}, {"ভালো", "bhalo|valo", LETTER}, {"ভাল", "bhalo|valo", LETTER}, {"হবে", "hobe", LETTER}, {"করতে", "korte", LETTER}, {"জন্য", "jonno|jonne", LETTER}, {"এই", "ei", LETTER},
	{"সেই", "sei", LETTER}, {"একটা", "ekta", LETTER}, {"একটি", "ekti", LETTER}, {"খুব", "khub", LETTER}, {"কেন", "keno", LETTER}, {"কোথায়", "kothay", LETTER}, {"এখন", "ekhon", LETTER}, {"তোমার", "tomar", LETTER},
	{"আমার", "amar", LETTER}, {"সাথে", "sathe", LETTER}, {"থেকে", "theke", LETTER}, {"হয়", "hoy", LETTER}, {"হ্যাঁ", "hae|ha|hyan", LETTER}, {"বলে", "bole", LETTER}, {0}};
static const struct letter_spelling tamil[] = {
	{"க்ஷ", "ksh", CONSONANT}, {"ந்த", "nth|nd", CONSONANT}, {"ங்க", "ng|ngk", CONSONANT}, {"ஞ்ச", "nj|nch", CONSONANT},
	{"ண்ட", "nd", CONSONANT}, {"ம்ப", "mb|mp", CONSONANT}, {"ற்ற", "tr|tt", CONSONANT}, {"ன்ற", "nr|ndr", CONSONANT},
	{"க்க", "kk|k", CONSONANT}, {"ச்ச", "ch|cch", CONSONANT}, {"த்த", "tth|th", CONSONANT}, {"ட்ட", "tt", CONSONANT}, {"ப்ப", "pp", CONSONANT},
	{"க", "g|k", CONSONANT}, {"ங", "ng", CONSONANT}, {"ச", "s|ch", CONSONANT}, {"ஞ", "nj|gn", CONSONANT}, {"ட", "d|t", CONSONANT},
	{"ண", "n", CONSONANT}, {"த", "th|dh", CONSONANT}, {"ந", "n", CONSONANT}, {"ப", "p|b", CONSONANT}, {"ம", "m", CONSONANT},
	{"ய", "y", CONSONANT}, {"ர", "r", CONSONANT}, {"ல", "l", CONSONANT}, {"வ", "v", CONSONANT}, {"ழ", "zh|l", CONSONANT},
	{"ள", "l", CONSONANT}, {"ற", "r", CONSONANT}, {"ன", "n", CONSONANT}, {"ஜ", "j", CONSONANT}, {"ஷ", "sh", CONSONANT},
	{"ஸ", "s", CONSONANT}, {"ஹ", "h", CONSONANT}, {"ஃ", "", LETTER},
	{"ா", "aa|a", SIGN}, {"ி", "i", SIGN}, {"ீ", "ee|i", SIGN}, {"ு", "u", SIGN}, {"ூ", "oo|u", SIGN}, {"ெ", "e", SIGN},
	{"ே", "e|ae", SIGN}, {"ை", "ai|a", SIGN}, {"ொ", "o", SIGN}, {"ோ", "o|oo", SIGN}, {"ௌ", "au", SIGN}, {"்", "", KILLER},
	{"அ", "a", LETTER}, {"ஆ", "aa|a", LETTER}, {"இ", "i", LETTER}, {"ஈ", "ee", LETTER}, {"உ", "u", LETTER}, {"ஊ", "oo|u", LETTER},
	{"எ", "e", LETTER}, {"ஏ", "ae|e", LETTER}, {"ஐ", "ai", LETTER}, {"ஒ", "o", LETTER}, {"ஓ", "oo|o", LETTER}, {"ஔ", "au", LETTER}, {0}};
static const struct letter_spelling tamil_words[] = {
	{"நான்", "naan|nan", LETTER}, {"நீ", "nee|ni", LETTER}, {"என்ன", "enna|ena", LETTER}, {"இல்லை", "illa|illai", LETTER}, {"எப்படி", "epdi|eppadi", LETTER}, {"இருக்கு", "iruku|irukku", LETTER},
	{"வேண்டும்", "venum|vendum", LETTER}, {"ஆமா", "aama|ama", LETTER}, {"சரி", "seri|sari", LETTER}, {"ரொம்ப", "romba|rombo", LETTER}, {"எங்கே", "enga|enge", LETTER}, {"இப்போ", "ippo|ipo", LETTER},
	{"என்று", "nu|endru", LETTER}, {"அது", "adhu|athu", LETTER}, {"இது", "idhu|ithu", LETTER}, {"ஒரு", "oru", LETTER}, {"பண்ணி", "panni", LETTER}, {"போய்", "poi", LETTER}, {"வந்து", "vandhu|vanthu", LETTER},
	{"உனக்கு", "unaku|unakku", LETTER}, {"எனக்கு", "enaku|enakku", LETTER}, {"நல்லா", "nalla", LETTER}, {"நல்ல", "nalla", LETTER}, {"தெரியும்", "theriyum", LETTER}, {"இருந்து", "irundhu", LETTER}, {0}};
static const struct letter_spelling arabic[] = {
	{"ا", "a", LETTER}, {"أ", "a|2a", LETTER}, {"إ", "e|i", LETTER}, {"آ", "a|aa", LETTER}, {"ب", "b", LETTER}, {"ت", "t", LETTER}, {"ث", "th|s", LETTER}, {"ج", "g|j", LETTER}, {"ح", "7|h", LETTER},
	{"خ", "kh|5|7'", LETTER}, {"د", "d", LETTER}, {"ذ", "z|th|d", LETTER}, {"ر", "r", LETTER}, {"ز", "z", LETTER}, {"س", "s", LETTER}, {"ش", "sh|ch", LETTER}, {"ص", "s|9", LETTER}, {"ض", "d", LETTER},
	{"ط", "t|6", LETTER}, {"ظ", "z", LETTER}, {"ع", "3", LETTER}, {"غ", "gh|8", LETTER}, {"ف", "f", LETTER}, {"ق", "2|q|9", LETTER}, {"ك", "k", LETTER}, {"ل", "l", LETTER}, {"م", "m", LETTER}, {"ن", "n", LETTER},
	{"ه", "h", LETTER}, {"و", "o|w|ou", LETTER}, {"ي", "i|y|ee", LETTER}, {"ى", "a", LETTER}, {"ة", "a|e|eh", LETTER}, {"ء", "2|", LETTER}, {"ؤ", "2|o2", LETTER}, {"ئ", "2|e2", LETTER}, {0}};
static const struct letter_spelling arabic_words[] = {
	{"في", "fi|fe", LETTER}, {"من", "men|min|mn", LETTER}, {"على", "3ala|3la", LETTER}, {"أن", "an|en|inno", LETTER}, {"إلى", "ela|la", LETTER}, {"ما", "ma", LETTER}, {"لا", "la", LETTER}, {"هذا", "hada|haza|da", LETTER},
	{"هذه", "hadi|hay|de", LETTER}, {"أنا", "ana", LETTER}, {"انا", "ana", LETTER}, {"أنت", "enta|inta", LETTER}, {"انت", "enta|inta|enty", LETTER}, {"هو", "howa|huwe|hwa", LETTER}, {"هي", "heya|hiye|hya", LETTER}, {"كان", "kan", LETTER},
	{"كل", "kol|kel|kul", LETTER}, {"يا", "ya", LETTER}, {"ماذا", "shu|eh|esh", LETTER}, {"كيف", "kif|keef|ezay", LETTER}, {"نعم", "aywa|eh|na3am", LETTER}, {"الله", "allah|alla", LETTER}, {"إن", "en|in", LETTER},
	{"والله", "wallah|wallahi|walla", LETTER}, {"هل", "hal", LETTER}, {"لقد", "la2ad", LETTER}, {"مع", "ma3|m3a", LETTER}, {"عن", "3an", LETTER}, {"ليس", "mesh|mish|mush|mo", LETTER}, {"لماذا", "lesh|leh|3lash", LETTER},
	{"الآن", "halla2|dlwa2ty|daba|hal2", LETTER}, {"اليوم", "el yom|lyoum|elyoum", LETTER}, {"حبيبي", "habibi|7abibi", LETTER}, {"أين", "wen|fen|feen|win", LETTER}, {"شكرا", "shokran|shukran|chokran", LETTER},
	{"جدا", "awi|ktir|ktr|bzaf", LETTER}, {"أريد", "biddi|3ayez|baghi|abgha", LETTER}, {"شيء", "shi|7aga|chi", LETTER}, {"هناك", "fi|honak|honik", LETTER}, {"عندي", "3andi|3ndi", LETTER}, {0}};
static const struct letter_spelling urdu[] = {
	{"آ", "aa|a", LETTER}, {"ا", "a", LETTER}, {"ب", "b", LETTER}, {"پ", "p", LETTER}, {"ت", "t", LETTER}, {"ٹ", "t", LETTER}, {"ث", "s", LETTER}, {"ج", "j", LETTER}, {"چ", "ch", LETTER}, {"ح", "h", LETTER}, {"خ", "kh", LETTER},
	{"د", "d", LETTER}, {"ڈ", "d", LETTER}, {"ذ", "z", LETTER}, {"ر", "r", LETTER}, {"ڑ", "r", LETTER}, {"ز", "z", LETTER}, {"ژ", "zh", LETTER}, {"س", "s", LETTER}, {"ش", "sh", LETTER}, {"ص", "s", LETTER}, {"ض", "z", LETTER}, {"ط", "t", LETTER},
	{"ظ", "z", LETTER}, {"ع", "a", LETTER}, {"غ", "gh", LETTER}, {"ف", "f", LETTER}, {"ق", "q|k", LETTER}, {"ک", "k", LETTER}, {"ك", "k", LETTER}, {"گ", "g", LETTER}, {"ل", "l", LETTER}, {"م", "m", LETTER}, {"ن", "n", LETTER}, {"ں", "n", LETTER},
	{"و", "o|w|u", LETTER}, {"ہ", "h|a", LETTER}, {"ه", "h|a", LETTER}, {"ھ", "h", LETTER}, {"ء", "", LETTER}, {"ئ", "i|e", LETTER}, {"ی", "i|ee|y", LETTER}, {"ي", "i", LETTER}, {"ے", "e|ay", LETTER}, {"ۓ", "e", LETTER}, {"ؤ", "o", LETTER}, {0}};
static const struct letter_spelling urdu_words[] = {
	{"ہے", "hai|he|h", LETTER}, {"ہیں", "hain|hen", LETTER}, {"میں", "main|mein|mai", LETTER}, {"کیا", "kya|kia", LETTER}, {"نہیں", "nahi|nahin|nai", LETTER}, {"کر", "kar|ker", LETTER}, {"کے", "ke|kay|k", LETTER},
	{"کی", "ki", LETTER}, {"کا", "ka", LETTER}, {"کو", "ko", LETTER}, {"سے", "se|say", LETTER}, {"پر", "par|per", LETTER}, {"یہ", "ye|yeh|yay", LETTER}, {"وہ", "wo|woh", LETTER}, {"ہو", "ho", LETTER}, {"تھا", "tha", LETTER}, {"تھی", "thi", LETTER},
	{"تھے", "thay|the", LETTER}, {"اور", "aur|or", LETTER}, {"بھی", "bhi|b", LETTER}, {"تو", "to|tou", LETTER}, {"آپ", "aap|ap", LETTER}, {"ہم", "hum|ham", LETTER}, {"تم", "tum", LETTER}, {"مجھے", "mujhe|mujhay|mje", LETTER}, {"اس", "is|us", LETTER},
	{"کہ", "ke|k|keh", LETTER}, {"جو", "jo", LETTER}, {"نے", "ne|nay", LETTER}, {"گیا", "gaya|gya", LETTER}, {"گئی", "gayi|gai", LETTER}, {"رہا", "raha|rha", LETTER}, {"رہی", "rahi|rhi", LETTER}, {"رہے", "rahe|rhe|rahay", LETTER},
	{"کچھ", "kuch|kch", LETTER}, {"بہت", "bohat|bohot|bht", LETTER}, {"اب", "ab", LETTER}, {"جب", "jab", LETTER}, {"کیوں", "kyun|kiun|q", LETTER}, {"کیسے", "kaise|kesay", LETTER}, {"کہاں", "kahan|kidhar", LETTER}, {"ساتھ", "sath|saath", LETTER},
	{"لیے", "liye|liay", LETTER}, {"لئے", "liye|liay", LETTER}, {"ایک", "aik|ek", LETTER}, {"بات", "baat|bat", LETTER}, {"کام", "kaam|kam", LETTER}, {"لوگ", "log", LETTER}, {"دن", "din", LETTER}, {"آج", "aaj|aj", LETTER}, {"کل", "kal", LETTER}, {"ہاں", "haan|han|ji", LETTER},
	{"اچھا", "acha|achha", LETTER}, {"ٹھیک", "theek|thk|theak", LETTER}, {"کرنا", "karna|kerna", LETTER}, {"کرتے", "karte|kerte", LETTER}, {"کرتا", "karta|kerta", LETTER}, {"اپنے", "apne|apnay", LETTER}, {"اپنی", "apni", LETTER}, {"میرے", "mere|meray", LETTER},
	{"میری", "meri", LETTER}, {"میرا", "mera", LETTER}, {"تمہارے", "tumhare|tumharay", LETTER}, {"ان", "in|un", LETTER}, {"ہی", "hi", LETTER}, {"گے", "ge|gay", LETTER}, {"گا", "ga", LETTER}, {"گی", "gi", LETTER}, {"یار", "yaar|yar", LETTER}, {"جی", "ji|g", LETTER}, {"بھائی", "bhai", LETTER}, {0}};
static const struct letter_spelling greek[] = {
	{"ου", "ou|u", LETTER}, {"ού", "ou|u", LETTER}, {"αι", "ai|e", LETTER}, {"αί", "ai|e", LETTER}, {"ει", "ei|i", LETTER}, {"εί", "ei|i", LETTER}, {"οι", "oi|i", LETTER}, {"οί", "oi|i", LETTER},
	{"μπ", "mp|b", LETTER}, {"ντ", "nt|d", LETTER}, {"γκ", "gk|g", LETTER}, {"γγ", "gg|ng", LETTER}, {"ευ", "ey|eu|ef", LETTER}, {"εύ", "ey|eu|ef", LETTER}, {"αυ", "ay|au|av", LETTER}, {"αύ", "ay|au|av", LETTER},
	{"α", "a", LETTER}, {"ά", "a", LETTER}, {"β", "v|b", LETTER}, {"γ", "g", LETTER}, {"δ", "d", LETTER}, {"ε", "e", LETTER}, {"έ", "e", LETTER}, {"ζ", "z", LETTER}, {"η", "i|h", LETTER}, {"ή", "i|h", LETTER}, {"θ", "th|8", LETTER},
	{"ι", "i", LETTER}, {"ί", "i", LETTER}, {"ϊ", "i", LETTER}, {"ΐ", "i", LETTER}, {"κ", "k", LETTER}, {"λ", "l", LETTER}, {"μ", "m", LETTER}, {"ν", "n", LETTER}, {"ξ", "ks|x|3", LETTER}, {"ο", "o", LETTER}, {"ό", "o", LETTER}, {"π", "p", LETTER},
	{"ρ", "r", LETTER}, {"σ", "s", LETTER}, {"ς", "s", LETTER}, {"τ", "t", LETTER}, {"υ", "y|u|i", LETTER}, {"ύ", "y|u|i", LETTER}, {"ϋ", "y", LETTER}, {"φ", "f", LETTER}, {"χ", "x|h|ch", LETTER}, {"ψ", "ps", LETTER}, {"ω", "o|w", LETTER}, {"ώ", "o|w", LETTER}, {0}};
static const struct letter_spelling russian[] = {
	{"а", "a", LETTER}, {"б", "b", LETTER}, {"в", "v", LETTER}, {"г", "g", LETTER}, {"д", "d", LETTER}, {"е", "e|ye", LETTER}, {"ё", "yo|e|io", LETTER}, {"ж", "zh|j|g", LETTER}, {"з", "z", LETTER}, {"и", "i", LETTER}, {"й", "y|i|j", LETTER},
	{"к", "k", LETTER}, {"л", "l", LETTER}, {"м", "m", LETTER}, {"н", "n", LETTER}, {"о", "o", LETTER}, {"п", "p", LETTER}, {"р", "r", LETTER}, {"с", "s", LETTER}, {"т", "t", LETTER}, {"у", "u", LETTER}, {"ф", "f", LETTER}, {"х", "h|kh|x", LETTER},
	{"ц", "ts|c", LETTER}, {"ч", "ch|4", LETTER}, {"ш", "sh|w", LETTER}, {"щ", "sch|sh|shch", LETTER}, {"ъ", "", LETTER}, {"ы", "y|i", LETTER}, {"ь", "|'", LETTER}, {"э", "e", LETTER}, {"ю", "yu|u|ju", LETTER}, {"я", "ya|ia|ja", LETTER}, {0}};
static const struct letter_spelling russian_words[] = {
	{"что", "chto|sto|shto|4to", LETTER}, {"сейчас", "seychas|sejchas|shas", LETTER}, {"привет", "privet", LETTER}, {"спасибо", "spasibo|spasiba", LETTER}, {"хорошо", "horosho|khorosho|harasho", LETTER},
	{"чего", "chego|chevo", LETTER}, {"его", "ego|evo", LETTER}, {0}};
/* clang-format on */

const struct romanisation romanisations[] = {
	{"hi", hindi, hindi_words, NULL, "a", false, true},
	{"bn", bengali, bengali_words, NULL, "o", false, false},
	{"ta", tamil, tamil_words, NULL, "a", true, false},
	{"ar", arabic, arabic_words, "aeia", NULL, false, false},
	{"ur", urdu, urdu_words, "aaaiu", NULL, false, false},
	{"el", greek, NULL, NULL, NULL, false, false},
	{"ru", russian, russian_words, NULL, NULL, false, false},
	{0},
};
