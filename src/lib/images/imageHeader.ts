/** What the first bytes of a file say, whatever its name says. */
export type ImageFormat =
	'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'bmp' | 'heic' | 'tiff' | 'svg' | 'unknown';

export interface ImageHeader {
	readonly format: ImageFormat;
	/** Pixels, before any turning; 0 where the header is cut short or has none. */
	readonly width: number;
	readonly height: number;
	readonly isAnimated: boolean;
}

/** Recognises a picture by its first bytes and reads its size without decoding it. Never throws. */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
	const format = formatOf(bytes);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const reader = headerReaders[format];
	let found: Partial<ImageHeader> = {};
	try {
		found = reader?.(view) ?? {};
	} catch (error) {
		// The header is cut short: the size stays 0.
		if (!(error instanceof RangeError)) throw error;
	}
	return { format, width: 0, height: 0, isAnimated: false, ...found };
}

function formatOf(bytes: Uint8Array): ImageFormat {
	const starts = (text: string, at = 0) =>
		Array.from(text).every((character, i) => bytes[at + i] === character.charCodeAt(0));
	if (starts('\x89PNG\r\n\x1a\n')) return 'png';
	if (starts('\xff\xd8\xff')) return 'jpeg';
	if (starts('GIF87a') || starts('GIF89a')) return 'gif';
	if (starts('RIFF') && starts('WEBP', 8)) return 'webp';
	if (starts('BM') && bytes.length >= 26) return 'bmp';
	if (starts('II*\0') || starts('MM\0*')) return 'tiff';
	if (starts('ftyp', 4)) {
		const brands = text(bytes.subarray(8, 64));
		if (/avi[fs]/.test(brands)) return 'avif';
		if (/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return 'heic';
	}
	// Markup may begin with a byte order mark, a declaration, comments and a document type.
	const isUtf16 = starts('\xff\xfe') || starts('\xfe\xff');
	const start = new TextDecoder(isUtf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8')
		.decode(bytes.subarray(0, 4096))
		.trimStart();
	return start.startsWith('<') && /<(\w+:)?svg[\s>]/i.test(start) ? 'svg' : 'unknown';
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

const typeAt = (view: DataView, at: number) =>
	String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

const headerReaders: Partial<Record<ImageFormat, (view: DataView) => Partial<ImageHeader>>> = {
	png: (view) => ({
		width: view.getUint32(16),
		height: view.getUint32(20),
		isAnimated: findPngChunk(view, 'acTL') !== null
	}),
	gif: (view) => ({
		width: view.getUint16(6, true),
		height: view.getUint16(8, true),
		isAnimated: hasSecondGifFrame(view)
	}),
	jpeg: readJpegSize,
	webp: readWebpHeader,
	avif: readAvifHeader,
	bmp: (view) => ({
		width: Math.abs(view.getInt32(18, true)),
		height: Math.abs(view.getInt32(22, true))
	})
};

/** The content of the first chunk of a type that comes before the pixels, or null. */
export function findPngChunk(view: DataView, type: string): Uint8Array | null {
	let at = 8;
	while (at + 8 <= view.byteLength) {
		const length = view.getUint32(at);
		const found = typeAt(view, at + 4);
		if (found === type && at + 8 + length <= view.byteLength) {
			return new Uint8Array(view.buffer, view.byteOffset + at + 8, length);
		}
		// Only metadata may come after the pixels.
		if (found === 'IDAT' && type === 'acTL') return null;
		at += 12 + length;
	}
	return null;
}

function hasSecondGifFrame(view: DataView): boolean {
	const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
	let at = 13 + tableBytes(view.getUint8(10));
	let frames = 0;
	while (at < view.byteLength) {
		const block = view.getUint8(at);
		if (block === 0x2c) {
			if (++frames === 2) return true;
			at += 10 + tableBytes(view.getUint8(at + 9)) + 1;
		} else if (block === 0x21) {
			at += 2;
		} else {
			return false;
		}
		while (at < view.byteLength && view.getUint8(at) !== 0) at += view.getUint8(at) + 1;
		at++;
	}
	return false;
}

function readJpegSize(view: DataView): Partial<ImageHeader> {
	let at = 2;
	for (;;) {
		while (view.getUint8(at) === 0xff) at++;
		const marker = view.getUint8(at++);
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
		if (marker === 0xda || marker === 0xd9) return {};
		at += view.getUint16(at);
	}
}

function readWebpHeader(view: DataView): Partial<ImageHeader> {
	const chunk = typeAt(view, 12);
	if (chunk === 'VP8 ') {
		const side = (at: number) => view.getUint16(at, true) & 0x3fff;
		return { width: side(26), height: side(28) };
	}
	if (chunk === 'VP8L') {
		const bits = view.getUint32(21, true);
		return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
	}
	if (chunk !== 'VP8X') return {};
	const side = (at: number) => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1;
	return { width: side(24), height: side(27), isAnimated: (view.getUint8(20) & 2) !== 0 };
}

/** The largest of the sizes that the items of the file have; tiles and thumbnails are smaller. */
function readAvifHeader(view: DataView): Partial<ImageHeader> {
	let width = 0;
	let height = 0;
	const end = Math.min(view.byteLength - 16, 65536);
	for (let at = 0; at < end; at++) {
		if (view.getUint32(at) !== 0x69737065) continue; // ispe
		const found = [view.getUint32(at + 8), view.getUint32(at + 12)];
		if (found[0] * found[1] > width * height) [width, height] = found;
	}
	return { width, height, isAnimated: typeAt(view, 8) === 'avis' };
}
