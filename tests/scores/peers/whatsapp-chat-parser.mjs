// Chats' texts, named as arguments, as whatsapp-chat-parser reads them: a JSON array of
// [local time, author, body] a file, a line each; null for what it refuses. Run with TZ=UTC.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parseString } = createRequire(process.argv[2] + "/")("whatsapp-chat-parser");

for (const path of process.argv.slice(3)) {
	let rows = null;
	try {
		rows = parseString(readFileSync(path, "utf8")).map((m) => [
			Number.isNaN(m.date.getTime()) ? null : m.date.toISOString().slice(0, 19),
			m.author,
			m.message,
		]);
	} catch {
		// refused: null says so
	}
	console.log(JSON.stringify(rows));
}
