// The one door to commander, so that another parser would have to fit this list.
export { Command, CommanderError, Option } from "commander";
