// The one function of bcryptprimitives.dll that Rust's standard library calls,
// for a Wine that lacks the library (8.0 does, 9.0 does not). advapi32.dll has it
// under another name.

#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T length) {
  const ULONG most = 1 << 30;
  while (length > 0) {
    ULONG part = length < most ? (ULONG)length : most;
    if (!SystemFunction036(buffer, part)) {
      return FALSE;
    }
    buffer += part;
    length -= part;
  }
  return TRUE;
}
