import { spawn } from 'node:child_process';
import { chromium, type Page } from '@playwright/test';
import { chromiumArgs, findChromium } from './chromium.js';

/** A browser of its own process, over a profile that outlives it. */
export interface KillableBrowser {
	readonly page: Page;
	/** Ends all its processes at once, as a crash or a power cut does. */
	kill(): Promise<void>;
}

/** @param profile folder that the browser keeps its data in */
export async function startKillableBrowser(profile: string): Promise<KillableBrowser> {
	const child = spawn(
		findChromium() ?? chromium.executablePath(),
		[
			...chromiumArgs,
			'--headless=new',
			`--user-data-dir=${profile}`,
			'--remote-debugging-port=0',
			'about:blank'
		],
		{ detached: true, stdio: ['ignore', 'ignore', 'pipe'] }
	);
	const address = await new Promise<string>((resolve, reject) => {
		let said = '';
		child.stderr.on('data', (part: Buffer) => {
			said += part;
			const found = /DevTools listening on (ws:\S+)/.exec(said);
			if (found) resolve(found[1]);
		});
		child.once('error', reject);
		child.once('exit', () => reject(new Error(`the browser did not start: ${said}`)));
	});
	const browser = await chromium.connectOverCDP(address);
	return {
		page: await browser.contexts()[0].newPage(),
		async kill() {
			const gone = new Promise((resolve) => child.once('exit', resolve));
			process.kill(-child.pid!, 'SIGKILL');
			await gone;
			await browser.close().catch(() => {});
		}
	};
}
