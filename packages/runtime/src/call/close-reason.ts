/** Why a connection or session ended. Source: `protocol/session.md` §8. */
export type CloseReason = "Local" | "Remote" | "Protocol" | "Transport";
