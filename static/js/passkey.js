// The button is of use only where the browser knows passkeys.
const button = document.getElementById("passkey_login");
if (button && window.PublicKeyCredential) button.hidden = false;
