import { editJson, readJsonWithComments } from "../../../core/text/json-with-comments.ts";
import type { DocumentFormat } from "./format.ts";

/** JSON, with comments where a host allows them. */
export const jsonFormat: DocumentFormat = {
  read: readJsonWithComments,
  edit: (text, at, name, value) => editJson(text, [...at, name], value),
};
