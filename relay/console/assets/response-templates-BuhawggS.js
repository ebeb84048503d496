import{I as e,b as t,s as n,t as r}from"./decorate-cX1b0bKe.js";import{o as i}from"./fields-Z7HFGbs6.js";import{t as a}from"./page-B78qW9Xh.js";import{u as o}from"./texts-Cqd8td0r.js";import{r as s,t as c}from"./page-BxBpitwi.js";var l=e.definition.responseTemplates,u=class extends c{constructor(...e){super(...e),this.text=l,this.entries=[]}content(n,r){s(n.responseTemplates,this.nested)||(this.nested=n.responseTemplates,this.entries=d(this.nested));let o=r.part(`responseTemplates`,`*`,`*`);return t`${this.entries.length?this.entries.map((n,r)=>a(`${n.key} · ${n.mediaType}`,t`<div class="schema-members">
                ${i({id:`template-key-${r}`,label:l.key,hint:l.keyHint,value:n.key,required:!0,disabled:!this.editable,error:this.mistake(n,r,n.key),onChange:e=>this.replace(r,{...n,key:e})})}
                ${i({id:`template-type-${r}`,label:l.mediaType,hint:l.mediaTypeHint,value:n.mediaType,required:!0,disabled:!this.editable,error:this.mistake(n,r,n.mediaType),onChange:e=>this.replace(r,{...n,mediaType:e})})}
              </div>
              ${this.form([`responseTemplates`,n.key,n.mediaType],o,void 0,!0)}`,this.editable?t`<button
                  type="button"
                  class="small"
                  aria-label="${e.common.remove}: ${n.key} ${n.mediaType}"
                  @click=${()=>this.setEntries(this.entries.toSpliced(r,1))}
                >
                  ${e.common.remove}
                </button>`:void 0)):t`<div class="empty"><p>${l.none}</p></div>`}
    ${this.editable?t`<div>
          <button
            type="button"
            @click=${()=>this.setEntries([...this.entries,{key:``,mediaType:`*/*`,template:{}}])}
          >
            ${l.add}
          </button>
        </div>`:t``}`}mistake(t,n,r){return r?this.entries.findIndex(e=>e.key===t.key&&e.mediaType===t.mediaType)<n?l.duplicated:void 0:e.schemaForm.required}replace(e,t){this.setEntries(this.entries.with(e,t))}setEntries(e){this.entries=e,this.nested=f(e,this.draft.saved?.responseTemplates),this.draft.change([`responseTemplates`],this.nested)}};u=r([n(`relay-api-response-templates`)],u);function d(e){return o(e)?Object.entries(e).flatMap(([e,t])=>Object.entries(o(t)?t:{}).map(([t,n])=>({key:e,mediaType:t,template:n}))):[]}function f(e,t){if(!e.length&&t===void 0)return;let n={};for(let{key:t,mediaType:r,template:i}of e)(n[t]??={})[r]=i;return n}export{u as ResponseTemplates};