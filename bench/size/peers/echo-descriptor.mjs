/**
 * The service of the other peers, as protoc-gen-es describes it: message `size.Point` (x, y: double, id: uint32),
 * service `Echo` with the method `EchoPoint`.
 */
import { fileDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";

const file = fileDesc(
  "CgplY2hvLnByb3RvEgRzaXplIjMKBVBvaW50EgwKAXgYASABKAFSAXgSDAoBeRgCIAEoAVIBeRIOCgJpZBgDIAEoDVICaWQyLQoERWNobxIlCglFY2hvUG9pbnQSCy5zaXplLlBvaW50Ggsuc2l6ZS5Qb2ludGIGcHJvdG8z",
);

export const Echo = serviceDesc(file, 0);
