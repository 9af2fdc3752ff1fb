/** Advice for changed flags. */
export const adviceText = {
  VOX5030: "add a method under another name, or keep the promise until no old client is left",
  VOX5031: "add a method under another name, or keep the outcomes until no old client is left",
  VOX5032: "deploy servers first, and make sure that the old ones do no harm either",
  VOX5033: "deploy servers first",
} as const;
