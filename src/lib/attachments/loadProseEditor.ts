/** The editor of prose, which is fetched when the first prose is edited. */
export async function loadProseEditor() {
	const { createProseEditor } = await import('./proseEditor.js');
	return createProseEditor;
}
