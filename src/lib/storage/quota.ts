/** How much room this page has, as far as the browser tells. */
export interface StorageRoom {
	/** Bytes. */
	readonly used: number;
	/** Bytes in all; null if the browser does not say. */
	readonly quota: number | null;
	/** Whether the browser keeps what is stored until the reader deletes it. */
	readonly isPersistent: boolean;
}

export async function readStorageRoom(): Promise<StorageRoom> {
	const { usage = 0, quota = null } = (await navigator.storage?.estimate?.()) ?? {};
	const isPersistent = (await navigator.storage?.persisted?.()) ?? false;
	return { used: usage, quota, isPersistent };
}

/** Asks the browser not to throw away what is stored; true if it agrees. */
export async function requestPersistence(): Promise<boolean> {
	return (await navigator.storage?.persist?.()) ?? false;
}
