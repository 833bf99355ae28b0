/** Something a reader can go to or do, by name. */
export interface Command {
	readonly name: string;
	/** What it is, in a few words; it is searched too. */
	readonly hint: string;
}

/**
 * Commands whose name or hint holds what is wanted, in any case: exact names first, then beginnings of
 * names, then the rest, each in the given order. All of them when nothing is wanted.
 */
export function findCommands<T extends Command>(
	commands: readonly T[],
	wanted: string,
	most: number
): T[] {
	const needle = wanted.trim().toLowerCase();
	if (needle === '') return commands.slice(0, most);
	const tiers: T[][] = [[], [], []];
	for (const command of commands) {
		const name = command.name.toLowerCase();
		if (name === needle) tiers[0].push(command);
		else if (name.startsWith(needle)) tiers[1].push(command);
		else if (`${name} ${command.hint.toLowerCase()}`.includes(needle)) tiers[2].push(command);
	}
	return tiers.flat().slice(0, most);
}
