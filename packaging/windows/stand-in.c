/* Stands in for the frozen application when the installer is tried under Wine: it runs with a
   worker process beside it, and closes with it when `--quit` asks. Usage: compiled by
   x86_64-w64-mingw32-gcc -municode -O1 -s; never part of a release. */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static void note(const char *text) {
    FILE *file = fopen("C:\\stand-in.txt", "a");
    if (file != NULL) {
        fprintf(file, "%s\n", text);
        fclose(file);
    }
}

int wmain(int count, wchar_t **arguments) {
    HANDLE quit = CreateEventW(NULL, TRUE, FALSE, L"envdesk-stand-in-quit");
    if (count > 1 && wcscmp(arguments[1], L"--quit") == 0) {
        HANDLE running = OpenMutexW(SYNCHRONIZE, FALSE, L"envdesk-stand-in");
        if (running == NULL) return 0;
        note("asked to close");
        SetEvent(quit);
        DWORD ended = WaitForSingleObject(running, 20000);
        return ended == WAIT_OBJECT_0 || ended == WAIT_ABANDONED ? 0 : 1;
    }
    if (count > 1 && wcscmp(arguments[1], L"--worker") == 0) {
        note("worker runs");
        WaitForSingleObject(quit, 60000);
        note("worker closed");
        return 0;
    }
    HANDLE running = CreateMutexW(NULL, TRUE, L"envdesk-stand-in");
    wchar_t self[MAX_PATH], command[MAX_PATH + 32];
    GetModuleFileNameW(NULL, self, MAX_PATH);
    swprintf(command, MAX_PATH + 32, L"\"%ls\" --worker", self);
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION worker;
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &worker)) return 1;
    note("window runs");
    WaitForSingleObject(worker.hProcess, 90000);
    note("window closed");
    ReleaseMutex(running);
    return 0;
}
