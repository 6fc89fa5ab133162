; The Windows installer of Envdesk, for Inno Setup 6.4 or later. `python -m release windows` runs it:
;   ISCC /DVersion=1.2.3 /DSource=FOLDER /DIcon=FILE.ico /DArch=x86_64|arm64 /OFOLDER installer.iss

#ifndef Version
  #error Say which version this is: /DVersion=
#endif
#ifndef Source
  #error Say where the frozen application is: /DSource=
#endif
#ifndef Arch
  #define Arch "x86_64"
#endif
#define Name "Envdesk"
#define Program "envdesk.exe"
#define Console "envdesk-console.exe"
#define Document "Envdesk.Document"

[Setup]
AppId={{B64F0F2E-6F0B-4C53-9D53-6B2A3E3B4C17}
AppName={#Name}
AppVersion={#Version}
AppVerName={#Name} {#Version}
AppPublisher={#Name}
VersionInfoProductTextVersion={#Version}
DefaultDirName={autopf}\{#Name}
DisableProgramGroupPage=yes
DisableWelcomePage=no
LicenseFile=..\LICENSE
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
UsePreviousPrivileges=yes
#if Arch == "arm64"
ArchitecturesAllowed=arm64
ArchitecturesInstallIn64BitMode=arm64
#else
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
#endif
MinVersion=10.0.17763
OutputBaseFilename=envdesk-{#Version}-windows-{#Arch}-setup
#ifdef Icon
SetupIconFile={#Icon}
#endif
UninstallDisplayIcon={app}\{#Program}
UninstallDisplayName={#Name}
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
ChangesAssociations=yes
; Envdesk is asked to close before this (see PrepareToInstall); what then still holds files is not.
CloseApplications=force
CloseApplicationsFilter=*.exe,*.dll,*.pyd
RestartApplications=no
ShowLanguageDialog=auto
#ifdef Signing
SignTool=signing
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "zh"; MessagesFile: "compiler:Default.isl,windows\languages\ChineseSimplified.isl"

#include "windows\texts.iss"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: "longpaths"; Description: "{cm:LongPaths}"; GroupDescription: "{cm:SystemSettings}"; Check: IsAdminInstallMode

[InstallDelete]
; An older version's modules would be found beside the new ones.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\{#Program}"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Source}\{#Console}"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Source}\_internal\*"; DestDir: "{app}\_internal"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\{#Program}"; Comment: "{cm:Comment}"; AppUserModelID: "app.envdesk.Envdesk"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\{#Program}"; Comment: "{cm:Comment}"; AppUserModelID: "app.envdesk.Envdesk"; Tasks: desktopicon

[Registry]
; Microsoft, "File Types": a program that only adds itself to these lists is never the default.
Root: HKA; Subkey: "Software\Classes\{#Document}"; ValueType: string; ValueData: "{cm:DocumentName}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\{#Document}"; ValueType: string; ValueName: "FriendlyTypeName"; ValueData: "{cm:DocumentName}"
Root: HKA; Subkey: "Software\Classes\{#Document}\DefaultIcon"; ValueType: string; ValueData: "{app}\{#Program},0"
Root: HKA; Subkey: "Software\Classes\{#Document}\shell\open"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#Name}"
Root: HKA; Subkey: "Software\Classes\{#Document}\shell\open"; ValueType: string; ValueData: "{cm:OpenWith}"
Root: HKA; Subkey: "Software\Classes\{#Document}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#Name}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".yml"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".yaml"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".txt"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".lock"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".toml"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\.yml\OpenWithProgids"; ValueType: string; ValueName: "{#Document}"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.yaml\OpenWithProgids"; ValueType: string; ValueName: "{#Document}"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.txt\OpenWithProgids"; ValueType: string; ValueName: "{#Document}"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.lock\OpenWithProgids"; ValueType: string; ValueName: "{#Document}"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.toml\OpenWithProgids"; ValueType: string; ValueName: "{#Document}"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKLM; Subkey: "SYSTEM\CurrentControlSet\Control\FileSystem"; ValueType: dword; ValueName: "LongPathsEnabled"; ValueData: 1; Tasks: longpaths

[Run]
Filename: "{app}\{#Program}"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent

[UninstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Code]
{ Ask an Envdesk that runs to close, its worker processes included: a change that is under way is
  put back first. True when none runs afterwards. }
function CloseEnvdesk: Boolean;
var
  Executable: String;
  Status: Integer;
begin
  Result := True;
  Executable := ExpandConstant('{app}\{#Program}');
  if FileExists(Executable) then
    if Exec(Executable, '--quit', '', SW_HIDE, ewWaitUntilTerminated, Status) then
      { 2 is what a version says that does not know how to. }
      Result := (Status = 0) or (Status = 2);
end;

function PrepareToInstall(var NeedsRestart: Boolean): String;
begin
  Result := '';
  if not CloseEnvdesk then
    Result := CustomMessage('StillRunning');
end;

function InitializeUninstall: Boolean;
begin
  Result := CloseEnvdesk;
  if not Result then
    SuppressibleMsgBox(CustomMessage('StillRunning'), mbError, MB_OK, IDOK);
end;

var
  RemovesSettings, RemovesCaches, RemovesUndo: Boolean;
  Doomed: TStringList;

function OwnFolder: String;
begin
  Result := ExpandConstant('{localappdata}\envdesk');
end;

{ The environments in Envdesk's own folder; those elsewhere are nothing that it could offer. }
procedure ListEnvironments(Found: TStrings);
var
  Entry: TFindRec;
  Folder: String;
begin
  Folder := OwnFolder + '\envs';
  if FindFirst(Folder + '\*', Entry) then
  try
    repeat
      if DirExists(Folder + '\' + Entry.Name + '\conda-meta') then
        Found.Add(Folder + '\' + Entry.Name);
    until not FindNext(Entry);
  finally
    FindClose(Entry);
  end;
end;

procedure AskWhatElse;
var
  Form: TSetupForm;
  Title, Explanation: TNewStaticText;
  List: TNewCheckListBox;
  Button: TNewButton;
  Found: TStringList;
  Index: Integer;
begin
  Found := TStringList.Create;
  Form := CreateCustomForm;
  try
    ListEnvironments(Found);
    Form.ClientWidth := ScaleX(520);
    Form.ClientHeight := ScaleY(360);
    Form.Caption := '{#Name}';
    Form.Position := poScreenCenter;
    Title := TNewStaticText.Create(Form);
    Title.Parent := Form;
    Title.SetBounds(ScaleX(16), ScaleY(14), ScaleX(488), ScaleY(18));
    Title.Font.Style := [fsBold];
    Title.Caption := CustomMessage('LeftTitle');
    Explanation := TNewStaticText.Create(Form);
    Explanation.Parent := Form;
    Explanation.AutoSize := False;
    Explanation.WordWrap := True;
    Explanation.SetBounds(ScaleX(16), ScaleY(38), ScaleX(488), ScaleY(34));
    Explanation.Caption := CustomMessage('LeftExplanation');
    List := TNewCheckListBox.Create(Form);
    List.Parent := Form;
    List.SetBounds(ScaleX(16), ScaleY(78), ScaleX(488), ScaleY(232));
    List.AddCheckBox(CustomMessage('LeftSettings'), '', 0, False, True, False, False, nil);
    List.AddCheckBox(CustomMessage('LeftCaches'), '', 0, False, True, False, False, nil);
    List.AddCheckBox(CustomMessage('LeftUndo'), '', 0, False, True, False, False, nil);
    if Found.Count > 0 then
      List.AddGroup(CustomMessage('LeftEnvironments'), '', 0, nil);
    for Index := 0 to Found.Count - 1 do
      List.AddCheckBox(Found[Index], '', 1, False, True, False, False, nil);
    Button := TNewButton.Create(Form);
    Button.Parent := Form;
    Button.SetBounds(ScaleX(404), ScaleY(322), ScaleX(100), ScaleY(26));
    Button.Caption := CustomMessage('LeftContinue');
    Button.ModalResult := mrOk;
    Button.Default := True;
    if Form.ShowModal = mrOk then
    begin
      RemovesSettings := List.Checked[0];
      RemovesCaches := List.Checked[1];
      RemovesUndo := List.Checked[2];
      for Index := 0 to Found.Count - 1 do
        if List.Checked[Index + 4] then
          Doomed.Add(Found[Index]);
      if Doomed.Count > 0 then
        if MsgBox(FmtMessage(CustomMessage('LeftConfirm'), [IntToStr(Doomed.Count)]), mbConfirmation,
          MB_YESNO or MB_DEFBUTTON2) <> IDYES then
          Doomed.Clear;
    end;
  finally
    Form.Free;
    Found.Free;
  end;
end;

{ Delete a folder with all in it, but nothing that a link in it leads to. }
procedure DeleteFolder(Folder: String);
begin
  Log('Removing ' + Folder);
  DelTree(Folder, True, True, True);
end;

procedure DeleteWhatWasTicked;
var
  Folder: String;
  Index: Integer;
begin
  Folder := OwnFolder;
  if RemovesSettings then
  begin
    DelTree(Folder + '\*', False, True, False);
    DeleteFolder(Folder + '\state');
  end;
  if RemovesCaches then
  begin
    DeleteFolder(Folder + '\Cache');
    DeleteFolder(Folder + '\pkgs');
  end;
  if RemovesUndo then
  begin
    DeleteFolder(Folder + '\undo');
    DeleteFolder(Folder + '\envs\.envdesk');
  end;
  for Index := 0 to Doomed.Count - 1 do
    DeleteFolder(Doomed[Index]);
  RemoveDir(Folder + '\envs');
  RemoveDir(Folder);
end;

function HasSwitch(Name: String): Boolean;
begin
  Result := ExpandConstant('{param:' + Name + '|0}') = '1';
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  case Step of
    usUninstall:
      begin
        Doomed := TStringList.Create;
        { Without a window nothing is removed but what the command line names; environments never. }
        RemovesSettings := HasSwitch('REMOVESETTINGS');
        RemovesCaches := HasSwitch('REMOVECACHES');
        RemovesUndo := HasSwitch('REMOVEUNDO');
        if not UninstallSilent then
          AskWhatElse;
      end;
    usPostUninstall:
      DeleteWhatWasTicked;
  end;
end;
