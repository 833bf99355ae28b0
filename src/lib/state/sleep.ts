/** @throws the signal's reason when it is aborted */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const abort = () => {
			clearTimeout(timer);
			reject(signal.reason as Error);
		};
		if (signal.aborted) return reject(signal.reason as Error);
		const timer = setTimeout(
			() => {
				signal.removeEventListener('abort', abort);
				resolve();
			},
			Math.max(0, milliseconds)
		);
		signal.addEventListener('abort', abort, { once: true });
	});
}
