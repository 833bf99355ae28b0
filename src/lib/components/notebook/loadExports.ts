/** What makes a page for readers, or a file for Jupyter: only who exports pays for it. */
export async function loadExports() {
	const { toJupyterFile, toWebPage } = await import('./exportFiles.js');
	return { toJupyterFile, toWebPage };
}
