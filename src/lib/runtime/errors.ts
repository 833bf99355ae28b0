/** The graphics device went away in mid-work; the runtime and its sessions are of no further use. */
export class DeviceLostError extends Error {
	override name = 'DeviceLostError';

	constructor(detail: string) {
		const reason = detail === '' ? '' : ` (${detail})`;
		super(`The graphics device was lost${reason}. Load the model again, or run it on WebAssembly.`);
	}
}
