const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;'
};
const characters = new Map(Object.entries(entities).map(([from, to]) => [to, from]));

/** Text as it may stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** The inverse of `escapeHtml`; other entities stay as they are. */
export function unescapeHtml(html: string): string {
	return html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => characters.get(entity)!);
}
