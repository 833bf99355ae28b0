import type { PickedFile } from '$lib/rpc/modelServices.js';

/** Files of a checkpoint; a folder may hold much else. */
const wanted = /\.(safetensors|json|jinja)$/;
/** Folders within the dropped one that are looked into. */
const deepest = 3;

/** What a file field holds, by the path within the picked folder. */
export function fromFileList(files: Iterable<File>): PickedFile[] {
	return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })).filter(
		({ path }) => wanted.test(path)
	);
}

/** What was dropped: files, and those in dropped folders. */
export async function fromDrop(items: DataTransferItemList): Promise<PickedFile[]> {
	// The list empties itself when the drop's own task is over.
	const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter(
		(entry) => entry !== null
	);
	const picked = await Promise.all(entries.map((entry) => walk(entry, '', 0)));
	return picked.flat().filter(({ path }) => wanted.test(path));
}

async function walk(entry: FileSystemEntry, folder: string, depth: number): Promise<PickedFile[]> {
	const path = `${folder}${entry.name}`;
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) =>
			(entry as FileSystemFileEntry).file(resolve, reject)
		);
		return [{ path, file }];
	}
	if (depth > deepest) return [];
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	const picked: PickedFile[] = [];
	// A reader gives a folder's entries a hundred at a time, and none at its end.
	for (;;) {
		const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject)
		);
		if (entries.length === 0) return picked;
		for (const inner of entries) picked.push(...(await walk(inner, `${path}/`, depth + 1)));
	}
}
