/** Bytes that this page takes, WebAssembly included; null where the browser does not tell. */
export async function measureBytes(): Promise<number | null> {
	const { measureUserAgentSpecificMemory } = performance as Performance & {
		measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }>;
	};
	if (measureUserAgentSpecificMemory === undefined) return null;
	return (await measureUserAgentSpecificMemory.call(performance)).bytes;
}
